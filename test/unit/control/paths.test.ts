/** Where an owner's things are on each platform. */
import { expect, it } from 'vitest';
import { resolvePaths } from '../../../src/config.ts';

it('follows the platform’s custom', () => {
  const linux = resolvePaths(undefined, { HOME: '/home/a' }, 'linux');
  expect(linux).toMatchObject({
    stateDir: '/home/a/.local/state/thaw',
    mcpSocket: '/home/a/.local/state/thaw/mcp.sock',
    socketDir: '/home/a/.local/state/thaw',
  });
  expect(resolvePaths(undefined, { HOME: '/home/a', XDG_STATE_HOME: '/s' }, 'linux').stateDir).toBe(
    '/s/thaw',
  );
  expect(resolvePaths(undefined, { HOME: '/home/a', XDG_STATE_HOME: 'rel' }, 'linux').stateDir).toBe(
    linux.stateDir,
  );
  expect(resolvePaths(undefined, { HOME: '/Users/a' }, 'darwin').stateDir).toBe(
    '/Users/a/Library/Application Support/thaw',
  );
});

it('takes the flag before THAW_STATE_DIR', () => {
  const environment = { HOME: '/home/a', THAW_STATE_DIR: '/from/env' };
  expect(resolvePaths(undefined, environment, 'linux').stateDir).toBe('/from/env');
  expect(resolvePaths('/from/flag', environment, 'linux').stateDir).toBe('/from/flag');
});

it('uses named pipes on Windows, one pair per state directory', () => {
  const a = resolvePaths('/a', {}, 'win32');
  const b = resolvePaths('/b', {}, 'win32');
  expect(a.mcpSocket).toMatch(/^\\\\\.\\pipe\\thaw-[0-9a-f]{16}-mcp$/);
  expect(a.socketDir).toBeNull();
  expect(a.mcpSocket).not.toBe(b.mcpSocket);
});

it('keeps socket paths short enough for the kernel', () => {
  const long = `/${'long-directory-name/'.repeat(8)}state`;
  const one = resolvePaths(long, { XDG_RUNTIME_DIR: '/run/user/1000' }, 'linux');
  const two = resolvePaths(`${long}2`, { XDG_RUNTIME_DIR: '/run/user/1000' }, 'linux');
  expect(one.socketDir).toMatch(/^\/run\/user\/1000\/thaw-[0-9a-f]{16}$/);
  expect(one.controlSocket.length).toBeLessThan(104);
  expect(one.mcpSocket).not.toBe(two.mcpSocket);
  expect(one.lockFile.startsWith(long)).toBe(true);
  expect(resolvePaths(long, {}, 'linux').controlSocket.length).toBeLessThan(104);
});

/** The managed daemon on the real dockerd: one for ten that ask, apart from others, and gone without a trace. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDockerClient } from '../../../src/engine/docker/client.ts';
import { whyUnusable } from '../../../src/setup/discovery/ping.ts';
import { runningDaemon } from '../../../src/setup/managed/process.ts';
import {
  answeringManagedEngine,
  startManagedEngine,
  stopManagedEngine,
} from '../../../src/setup/managed-engine.ts';
import { type ManagedFixture, managedFixture } from './managed-fixture.ts';

const run = promisify(execFile);
const starter = fileURLToPath(new URL('start-managed.ts', import.meta.url));

describe('the managed daemon', () => {
  let fixture: ManagedFixture;
  beforeAll(async () => {
    fixture = await managedFixture();
  });
  afterAll(async () => {
    await fixture.remove();
  });

  test('ten processes at once start one, and all get it', async () => {
    const { options, layout } = fixture;
    const args = ['--import', 'tsx', starter, options.engineDir, options.runtimeRoot ?? ''];
    const results = await Promise.all(Array.from({ length: 10 }, () => run(process.execPath, args)));
    const answers = results.map(({ stdout }): unknown => JSON.parse(stdout));
    expect(answers).toEqual(
      answers.map(() => expect.objectContaining({ endpoint: { kind: 'socket', path: layout.socket } })),
    );
    expect(answers.filter((answer) => JSON.stringify(answer).includes('"started":true'))).toHaveLength(1);
    const daemons = (await fixture.processes()).filter((line) => line.includes('--pidfile='));
    expect(daemons).toHaveLength(1);
  });

  test('it has its own data, survives its starter, and has live restore and experimental features', async () => {
    const docker = createDockerClient({ kind: 'socket', path: fixture.layout.socket });
    expect(await docker.info()).toMatchObject({
      rootDir: fixture.layout.dataRoot,
      liveRestore: true,
      experimental: true,
    });
    expect(await docker.listContainers({})).toEqual([]);
  });

  test('its networks get addresses of its range, which its own packet filter chains let out', async () => {
    const docker = createDockerClient({ kind: 'socket', path: fixture.layout.socket });
    await docker.ensureNetwork('thaw-setup-test', {}, {});
    try {
      const range = (await readFile(fixture.layout.rangeFile, 'utf8')).trim();
      const { stdout } = await run('ip', ['-4', '-o', 'route']);
      const block = range.split('.').slice(0, 2).join('.');
      expect(stdout).toContain(`${block}.`);
      const rules = await fixture.rules();
      expect(rules.some((rule) => rule.includes(`-s ${range}`) && rule.endsWith('MASQUERADE'))).toBe(true);
      expect(rules.some((rule) => rule.startsWith('-A FORWARD'))).toBe(true);
    } finally {
      await docker.removeNetwork('thaw-setup-test');
    }
  });

  test('stopping ends the daemon and its containerd, and takes its rules away', async () => {
    expect(await stopManagedEngine(fixture.options)).toBe(true);
    expect(await fixture.processes()).toEqual([]);
    expect(await fixture.rules()).toEqual([]);
    expect(await answeringManagedEngine(fixture.options)).toBeNull();
    expect(await stopManagedEngine(fixture.options)).toBe(false);
  });

  test('a pid file that names another process neither blocks a start nor harms that process', async () => {
    await writeFile(fixture.layout.pidFile, `${process.pid}\n`);
    expect(await runningDaemon(fixture.layout.pidFile)).toBeNull();
    expect(await stopManagedEngine(fixture.options)).toBe(false);
    await writeFile(fixture.layout.pidFile, `${process.pid}\n`);
    expect(await startManagedEngine(fixture.options)).toMatchObject({ started: true });
    expect(await whyUnusable({ kind: 'socket', path: fixture.layout.socket })).toBeNull();
  });

  test('one that was killed is started again', async () => {
    const pid = await runningDaemon(fixture.layout.pidFile);
    expect(pid).not.toBeNull();
    process.kill(pid ?? 0, 'SIGKILL');
    await expect.poll(() => answeringManagedEngine(fixture.options)).toBeNull();
    expect(await startManagedEngine(fixture.options)).toMatchObject({ started: true });
  });
});

test('a daemon that ends at its start is reported with the end of its log', async () => {
  const fixture = await managedFixture();
  try {
    const bin = join(fixture.options.engineDir, '..', 'bin');
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, 'dockerd'), '#!/bin/sh\necho "no such luck" >&2\nexit 3\n');
    await chmod(join(bin, 'dockerd'), 0o755);
    const { host } = fixture.options;
    const broken = { ...host, env: { ...host.env, PATH: `${bin}:${host.env['PATH'] ?? ''}` } };
    await expect(startManagedEngine({ ...fixture.options, host: broken })).rejects.toMatchObject({
      code: 'setup_failed',
      message: expect.stringContaining('no such luck'),
    });
  } finally {
    await fixture.remove();
  }
  expect(await fixture.rules()).toEqual([]);
});

test.each([
  ['without root', { isRoot: false }, 'root'],
  ['on macOS', { platform: 'darwin' as const }, 'Linux'],
  ['without dockerd', { fileSystemRoot: '/nonexistent' }, 'dockerd is not installed'],
])('%s it says why it cannot run', async (_where, change, reason) => {
  const fixture = await managedFixture();
  try {
    const host = { ...fixture.options.host, ...change };
    expect(await startManagedEngine({ ...fixture.options, host })).toEqual({
      reason: expect.stringContaining(reason),
    });
  } finally {
    await fixture.remove();
  }
});

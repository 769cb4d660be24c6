/** The lock between processes: one at a time, and free when its holder is killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { withFileLock } from '../../../src/setup/file-lock.ts';
import { temporaryDirectory } from './fake-host.ts';

test('two holders never overlap, and a failure inside frees it', async () => {
  const path = join(await temporaryDirectory(), 'deep', 'lock');
  let inside = 0;
  let most = 0;
  const hold = async (): Promise<void> => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
  };
  await expect(withFileLock(path, 100, () => Promise.reject(new Error('inside')))).rejects.toThrow('inside');
  await Promise.all(Array.from({ length: 5 }, () => withFileLock(path, 5_000, hold)));
  expect(most).toBe(1);
});

test('whoever waits too long is told so', async () => {
  const path = join(await temporaryDirectory(), 'lock');
  await withFileLock(path, 0, async () => {
    await expect(withFileLock(path, 120, async () => 1)).rejects.toMatchObject({ code: 'timeout' });
  });
});

test('whoever is told to give the wait up does', async () => {
  const path = join(await temporaryDirectory(), 'lock');
  const reason = new Error('no longer wanted');
  await withFileLock(path, 0, async () => {
    const waiting = withFileLock(path, 60_000, async () => 1, { signal: AbortSignal.abort(reason) });
    await expect(waiting).rejects.toBe(reason);
  });
});

test('a holder that is killed frees it at once', async () => {
  const path = join(await temporaryDirectory(), 'lock');
  const module = new URL('../../../src/setup/file-lock.ts', import.meta.url).href;
  const script = `
    const { withFileLock } = await import(${JSON.stringify(module)});
    await withFileLock(${JSON.stringify(path)}, 0, () => {
      process.stdout.write('held');
      return new Promise((resolve) => setTimeout(resolve, 60000));
    });`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', script];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  await expect(withFileLock(path, 0, async () => 1)).rejects.toMatchObject({ code: 'timeout' });
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await withFileLock(path, 0, async () => 'mine')).toBe('mine');
});

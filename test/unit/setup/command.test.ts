/** Programs that set-up runs: their output, their deadline, and that nothing of them stays. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand, tryCommand } from '../../../src/setup/command.ts';
import { temporaryDirectory } from './fake-host.ts';

const timeoutMs = 10_000;

const shell = (script: string): readonly [string, ...string[]] => ['sh', '-c', script];

/** Whether a process runs; a zombie, which nobody may reap where init does not, counts as ended. */
async function runs(pid: number): Promise<boolean> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')) !== '';
}

test('both streams arrive line by line, and the status with the last of them', async () => {
  const lines: string[] = [];
  const result = await tryCommand(shell('echo one; echo two >&2; exit 4'), {
    timeoutMs,
    onLine: (line) => lines.push(line),
  });
  expect(lines.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['one', 'two']);
  expect(result.code).toBe(4);
});

test('much output is not kept', async () => {
  const { tail } = await tryCommand(shell('seq 100000'), { timeoutMs });
  expect(tail).toHaveLength(40);
  expect(tail.at(-1)).toBe('100000');
});

test('a failure tells the command, its status and the end of its output', async () => {
  await expect(runCommand(shell('echo why >&2; exit 3'), { timeoutMs })).rejects.toMatchObject({
    code: 'setup_failed',
    message: expect.stringMatching(/sh -c .* ended with status 3\.\nwhy$/s),
  });
  await expect(runCommand(['/nonexistent/program'], { timeoutMs })).rejects.toMatchObject({
    code: 'setup_failed',
  });
});

test('the deadline and an interruption end everything that the program started', async () => {
  const file = join(await temporaryDirectory(), 'pid');
  const script = shell(`sleep 60 & echo $! > ${file}; echo ready; wait`);
  await expect(runCommand(script, { timeoutMs: 300 })).rejects.toMatchObject({
    message: expect.stringContaining('after 0.3 s'),
  });
  const first = Number(await readFile(file, 'utf8'));
  await expect.poll(() => runs(first)).toBe(false);

  const interruption = new AbortController();
  const interrupted = runCommand(script, {
    timeoutMs,
    signal: interruption.signal,
    onLine: () => interruption.abort(),
  });
  await expect(interrupted).rejects.toMatchObject({ code: 'cancelled' });
  const second = Number(await readFile(file, 'utf8'));
  await expect.poll(() => runs(second)).toBe(false);
});

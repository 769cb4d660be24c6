/** What a command left behind that outlasted its call: its whole result within the bound, however much it printed. */
import { expect, it } from 'vitest';
import type { Job } from '../../../schemas/jobs.ts';
import * as work from '../../../tools/sandbox-exec-work.ts';
import { fakeBackend } from '../../support/fake-backend.ts';

const execId = 'exec-1-0123456789abcdef';

/** Looks at a command that ended and printed so many bytes: `a` first, then `b`, and `z` at the very end. */
async function look(bytes: number) {
  const job: Job = {
    execId,
    command: 'make',
    status: 'exited',
    exitCode: 0,
    signal: null,
    startedAt: '2026-05-01T10:00:00.000Z',
    endedAt: '2026-05-01T10:00:02.000Z',
    stdoutBytes: bytes,
    stderrBytes: 0,
  };
  const { backend, calls } = fakeBackend({
    jobs: {
      get: async () => job,
      read: async (_sandbox, _execId, { cursor = 0, maxBytes = 0 }) => {
        const nextCursor = Math.min(bytes, cursor + maxBytes);
        const data = Buffer.alloc(nextCursor - cursor, cursor === 0 ? 'a' : 'b');
        if (nextCursor === bytes) data.write('z', data.length - 1);
        return { job, chunks: [{ stream: 'stdout', data }], cursor, nextCursor, droppedBytes: 0 };
      },
    },
  });
  const reference = { sandbox: 'box', execId, maxOutputBytes: 10 };
  const view = await work.look(reference, { backend, context: { signal: new AbortController().signal } });
  if (view.status !== 'completed') throw new Error('it goes on');
  return { view, reads: calls.filter(({ operation }) => operation === 'jobs.read').length };
}

it('is all of what it printed when that fits', async () => {
  const { view } = await look(5);
  expect(view).toMatchObject({ endedAt: '2026-05-01T10:00:02.000Z', stopped: false });
  expect(view.value).toMatchObject({ stdout: 'aaaaz', truncated: false, durationMs: 2000 });
  expect(view.value).not.toHaveProperty('execId');
});

it('is the beginning and the end of much, and reads little between', async () => {
  const { view, reads } = await look(500_000_000);
  expect(view.value).toMatchObject({
    stdout: 'aaaaa\n[... 499999990 bytes left out ...]\nbbbbz',
    stdoutBytes: 500_000_000,
    truncated: true,
    execId,
  });
  expect(reads).toBeLessThan(12);
});

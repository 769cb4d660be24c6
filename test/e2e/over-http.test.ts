/**
 * What clients of the real program have over HTTP: links to files, and tasks, followed by the extension's own client to their
 * end, past the owner's death, and ended early.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OwnerSpace } from '../support/owner.ts';
import { type OwnerHttp, ownerHttp } from '../support/owner-http.ts';
import { realOwnerSpace } from '../support/real-owner.ts';
import { openTaskSession, type TaskSession } from '../support/tasks-client.ts';

const sandbox = 'with-tasks';
let space: OwnerSpace;
let session: TaskSession;

async function serve(): Promise<OwnerHttp> {
  space.spawn('serve').stderr?.resume();
  return await ownerHttp(space);
}

beforeAll(async () => {
  space = await realOwnerSpace({ THAW_POOL_TARGET: '1' });
  session = await openTaskSession(await serve());
  const made = await session.callTool('sandbox_create', { name: sandbox });
  expect(made.kind).toBe('immediate');
  expect((await made.settle()).outcome).toMatchObject({ status: 'completed' });
}, 300_000);
afterAll(async () => {
  await (await session.callTool('sandbox_delete', { sandbox })).settle();
  await session.close();
  await space.dispose();
});

/** Answers at once, and the rest is the task's. */
const begin = (command: string) => session.callTool('sandbox_exec', { sandbox, command, waitSeconds: 0 });

it('moves files by links that need no key, whatever is in their names', async () => {
  const path = '/tmp/a b/ü&%?#.bin';
  const bytes = randomBytes(3_000_000);
  const linkOf = async (tool: string): Promise<string> => {
    const { outcome } = await (await session.callTool(tool, { sandbox, path })).settle();
    expect(outcome).toMatchObject({ status: 'completed' });
    return String(outcome.result?.structuredContent?.['url']);
  };
  const sent = await fetch(await linkOf('sandbox_upload'), { method: 'PUT', body: bytes });
  expect(sent.status).toBe(200);
  const fetched = await fetch(await linkOf('sandbox_download'));
  expect(bytes.equals(Buffer.from(await fetched.arrayBuffer()))).toBe(true);
});

it('follows a command to its end', async () => {
  const execution = await begin('echo one; sleep 1; echo two; echo bad >&2; exit 3');
  expect(execution.kind).toBe('task');
  const { outcome } = await execution.settle();
  expect(outcome).toMatchObject({
    status: 'completed',
    result: { structuredContent: { status: 'exited', exitCode: 3, stdout: 'one\ntwo\n', stderr: 'bad\n' } },
  });
});

it('ends a command early', async () => {
  const execution = await begin('sleep 600');
  await execution.cancel();
  expect((await execution.settle()).outcome).toMatchObject({ status: 'cancelled' });
  const listed = await session.callTool('sandbox_exec_list', { sandbox });
  const { outcome } = await listed.settle();
  expect(outcome.result?.structuredContent).toMatchObject({ items: [{ status: 'killed' }, {}] });
});

it('finds the task again when its owner was killed', async () => {
  const execution = await begin('echo before; sleep 2; echo after');
  const reference = execution.serializeReference();
  await execution.detach();
  const pid = space.ownerPid();
  if (pid === null) throw new Error('no owner');
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => space.ownerPid()).toBeNull();
  session = await openTaskSession(await serve());
  const { outcome } = await (await session.resumeTask(reference)).settle();
  expect(outcome).toMatchObject({
    status: 'completed',
    result: { structuredContent: { exitCode: 0, stdout: 'before\nafter\n' } },
  });
});

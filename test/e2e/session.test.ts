/** The built command line with the real engine through real clients: a session, sharing, bad input, and the end. */
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { call, spawnStdioClient } from '../support/mcp-client.ts';
import type { OwnerSpace } from '../support/owner.ts';
import { processesWith } from '../support/processes.ts';
import { realOwnerSpace } from '../support/real-owner.ts';

let space: OwnerSpace;
let client: Client;
beforeAll(async () => {
  space = await realOwnerSpace();
  ({ client } = await spawnStdioClient(space.command('mcp'), space.env));
});
afterAll(async () => {
  await client.close();
  await space.dispose();
});

/** The structured answer of a call that must succeed. */
async function ask(name: string, args: Readonly<Record<string, unknown>> = {}, by = client) {
  const { isError, text, structured } = await call(by, name, args);
  if (isError || structured === undefined) throw new Error(text);
  return structured;
}

it('carries an agent’s whole session', async () => {
  const sandbox = 'session';
  const created = await ask('sandbox_create', {
    name: sandbox,
    env: { WHO: 'agent' },
    labels: { kind: 'e2e' },
  });
  expect(created).toMatchObject({ name: sandbox, state: 'started', labels: { kind: 'e2e' } });
  const program = 'import os\nprint("hello", os.environ["WHO"])\nopen("made", "w").write("x" * 10)\n';
  expect(await ask('sandbox_write_file', { sandbox, path: 'work/main.py', content: program })).toMatchObject({
    created: true,
    sizeBytes: program.length,
  });
  const ran = await ask('sandbox_exec', { sandbox, command: 'cd work && python3 main.py; exit 7' });
  expect(ran).toMatchObject({ status: 'exited', exitCode: 7, stdout: 'hello agent\n', stderr: '' });
  const line = await ask('sandbox_read_file', { sandbox, path: 'work/main.py', offset: 2, limit: 1 });
  expect(line).toMatchObject({
    content: 'print("hello", os.environ["WHO"])\n',
    totalLines: 3,
    truncated: true,
  });
  const listing = await ask('sandbox_list_files', { sandbox, path: 'work' });
  expect(listing['entries']).toMatchObject([{ path: 'made', sizeBytes: 10 }, { path: 'main.py' }]);
  expect(await ask('sandbox_stop', { sandbox, force: true })).toMatchObject({ state: 'stopped' });
  expect(await ask('sandbox_start', { sandbox })).toMatchObject({ state: 'started' });
  expect(await ask('sandbox_read_file', { sandbox, path: 'work/made' })).toMatchObject({
    content: 'x'.repeat(10),
  });
  await ask('sandbox_delete', { sandbox });
  expect(await ask('sandbox_list', { name: sandbox })).toMatchObject({ total: 0 });
});

it('shows two clients the same sandboxes', async () => {
  const other = await spawnStdioClient(space.command('mcp'), space.env);
  await ask('sandbox_create', { name: 'shared' });
  expect(await ask('sandbox_exec', { sandbox: 'shared', command: 'echo hi' }, other.client)).toMatchObject({
    stdout: 'hi\n',
  });
  await ask('sandbox_delete', { sandbox: 'shared' }, other.client);
  await other.client.close();
  expect(processesWith('THAW_STATE_DIR', space.paths.stateDir).map(({ command }) => command)).toEqual([
    expect.stringContaining(' mcp'),
    expect.stringContaining(' serve'),
  ]);
});

it('tells what is wrong and changes nothing', async () => {
  await ask('sandbox_create', { name: 'solid' });
  const wrong: readonly (readonly [string, object, string])[] = [
    ['sandbox_get', { sandbox: 'sold' }, 'sandbox_not_found'],
    ['sandbox_create', { name: 'solid' }, 'name_conflict'],
    ['sandbox_create', { snapshot: 'none-such' }, 'snapshot_not_found'],
    ['sandbox_create', { memory: 1e9 }, 'invalid_argument'],
    ['sandbox_read_file', { sandbox: 'solid', path: 'missing' }, 'file_not_found'],
    ['sandbox_exec', { sandbox: 'solid', command: 'true', cwd: '/missing' }, 'command_not_started'],
  ];
  for (const [tool, args, code] of wrong) {
    const { isError, text } = await call(client, tool, { ...args });
    expect([tool, isError, text.split(':')[0]]).toEqual([tool, true, code]);
  }
  expect((await call(client, 'sandbox_get', { sandbox: 'sold' })).text).toContain('solid');
  expect(await ask('sandbox_list')).toMatchObject({ total: 1 });
  await ask('sandbox_delete', { sandbox: 'solid' });
});

it('ends a command and its children within a second when the client cancels the call', async () => {
  await ask('sandbox_create', { name: 'patient' });
  const abort = new AbortController();
  const command = 'sleep 4040 & (sleep 4040; true) & echo $$ > pid; sleep 4040; true';
  const call40 = client.callTool(
    { name: 'sandbox_exec', arguments: { sandbox: 'patient', command } },
    undefined,
    {
      signal: abort.signal,
    },
  );
  const ended = expect(call40).rejects.toThrow();
  // The probe's own command line does not match its pattern.
  const left = async (): Promise<unknown> =>
    (await ask('sandbox_exec', { sandbox: 'patient', command: 'pgrep -c -f "sleep 404[0]"; true' }))[
      'stdout'
    ];
  await expect.poll(async () => Number(await left())).toBeGreaterThanOrEqual(4);
  abort.abort();
  await ended;
  await expect.poll(left, { timeout: 1_000, interval: 50 }).toBe('0\n');
  await ask('sandbox_delete', { sandbox: 'patient' });
});

it('leaves no process after thaw stop', async () => {
  await ask('sandbox_create', { name: 'last' });
  await ask('sandbox_delete', { sandbox: 'last' });
  await client.close();
  const { code, stdout } = await space.run('stop');
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^The owner \(pid \d+\) ended/)]);
  expect(processesWith('THAW_STATE_DIR', space.paths.stateDir)).toEqual([]);
});

/** The settings of `thaw mcp` reach the owner for that connection alone, whoever started the owner. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { spawnStdioClient } from '../support/mcp-client.ts';
import { bundleFakeThaw, OwnerSpace } from '../support/owner.ts';

let bundle: Awaited<ReturnType<typeof bundleFakeThaw>>;
let space: OwnerSpace;
beforeAll(async () => {
  bundle = await bundleFakeThaw();
});
afterAll(() => bundle.remove());
beforeEach(() => {
  space = new OwnerSpace(bundle.entry);
});
afterEach(() => space.dispose());

/** The tools that a relay with these flags offers. */
async function listed(
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const { client } = await spawnStdioClient(space.command('mcp', ...flags), { ...space.env, ...env });
  try {
    return (await client.listTools()).tools.map(({ name }) => name);
  } finally {
    await client.close();
  }
}

it('gives each connection its own, by flag and by variable, from one owner', async () => {
  // The first one starts the owner: what it asks for binds nobody else.
  const reading = await listed(['--read-only', '--toolsets=files']);
  expect(reading).toContain('sandbox_read_file');
  expect(reading).not.toContain('sandbox_write_file');
  expect(await listed([])).toEqual(expect.arrayContaining(['sandbox_write_file', 'sandbox_exec']));
  expect(await listed([], { THAW_TOOLSETS: 'volumes', THAW_EXCLUDE_TOOLS: 'volume_delete' })).toEqual([
    'volume_create',
    'volume_list',
    'volume_get',
  ]);
  expect(await listed(['--toolsets', 'ssh'], { THAW_TOOLSETS: 'volumes' })).toContain('sandbox_create_ssh');
});

it('stays within what the owner was started with', async () => {
  const owner = space.spawn('serve', '--read-only', '--exclude-tools', 'volume_get');
  expect(await listed(['--toolsets', 'volumes'])).toEqual(['volume_list']);
  owner.kill('SIGTERM');
});

it('works with one sandbox without naming it', async () => {
  await listed([]);
  const { client } = await spawnStdioClient(
    space.command('mcp', '--sandbox', 'box', '--toolsets', 'exec'),
    space.env,
  );
  const { tools } = await client.listTools();
  expect(tools.flatMap(({ inputSchema }) => Object.keys(inputSchema.properties ?? {}))).not.toContain(
    'sandbox',
  );
  const { content } = await client.callTool({ name: 'sandbox_exec', arguments: { command: 'echo x' } });
  expect(JSON.stringify(content)).toContain('sandbox_not_found');
  await client.close();
});

it('tells a client by the protocol what is wrong with its settings', async () => {
  await expect(listed(['--toolsets', 'snapshot'])).rejects.toMatchObject({
    code: -32_602,
    message: expect.stringContaining('Did you mean "snapshots"?'),
  });
  await expect(listed([], { THAW_READ_ONLY: 'perhaps' })).rejects.toMatchObject({ code: -32_602 });
});

it('ends an owner that was started with names that do not exist', async () => {
  const { code, stderr } = await space.run('serve', '--tools', 'sandbox_exce');
  expect(code).toBe(1);
  expect(stderr).toContain('there is no "sandbox_exce"');
});

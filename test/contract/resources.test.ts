/** Resources, completion, prompts and the mark of untrusted data, through a real client. */
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ThawError } from '../../src/errors.ts';
import { tools } from '../../tools/index.ts';
import { type FakeBackend, fakeBackend } from '../support/fake-backend.ts';
import { connectSocketClient } from '../support/mcp-client.ts';
import { type McpFixture, serveOnSocket } from '../support/mcp-fixture.ts';
import { sandboxFixture } from '../support/sandbox-fixture.ts';

const entry = (path: string, type: 'file' | 'directory') => ({
  path,
  type,
  sizeBytes: 1,
  mode: '0644',
  modifiedAt: '2026-05-01T10:00:00.000Z',
});
const plan = {
  lifecycle: {
    list: async () => ({
      items: [sandboxFixture({ name: 'box one' }), sandboxFixture({ name: 'bob' })],
      total: 2,
      page: 1,
      totalPages: 1,
      nextCursor: null,
    }),
  },
  files: {
    read: async (_sandbox: string, { path }: { readonly path: string }) => {
      if (path === '/dir') throw new ThawError('is_a_directory', '/dir is a directory.');
      if (path === '/none') throw new ThawError('file_not_found', '/none is not there.');
      const encoding = path === '/binary' ? ('base64' as const) : ('utf8' as const);
      return { path, content: 'AAA=', encoding, sizeBytes: 2, totalLines: null, truncated: false };
    },
    list: async () => ({
      path: '/',
      entries: [entry('src', 'directory'), entry('setup.py', 'file')],
      truncated: false,
    }),
  },
};

let fake: FakeBackend;
let fixture: McpFixture;
let client: Client;
beforeEach(async () => {
  fake = fakeBackend(plan);
  fixture = await serveOnSocket(fake.backend);
  client = await connectSocketClient(fixture.path);
});
afterEach(async () => {
  await client.close();
  await fixture.close();
});

describe('resources', () => {
  it('list the root of each sandbox, and a template for every file', async () => {
    expect((await client.listResources()).resources.map(({ uri }) => uri)).toEqual([
      'sandbox://box%20one/',
      'sandbox://bob/',
    ]);
    expect((await client.listResourceTemplates()).resourceTemplates).toMatchObject([
      { uriTemplate: 'sandbox://{sandbox}/{+path}' },
    ]);
  });

  it('are text, bytes, or a list', async () => {
    const read = async (uri: string) => (await client.readResource({ uri })).contents[0];
    expect(await read('sandbox://box%20one/a%20b')).toMatchObject({ mimeType: 'text/plain', text: 'AAA=' });
    expect(fake.calls[0]?.arguments).toEqual(['box one', { path: '/a b' }]);
    expect(await read('sandbox://bob/binary')).toMatchObject({ blob: 'AAA=' });
    expect(await read('sandbox://bob/dir')).toMatchObject({
      mimeType: 'application/json',
      text: expect.stringContaining('setup.py'),
    });
  });

  it.each(['sandbox://bob/none', 'sandbox:///x', 'file:///etc/passwd', 'sandbox://bob/%zz'])(
    'that are not there are an error of the protocol: %s',
    async (uri) => {
      await expect(client.readResource({ uri })).rejects.toMatchObject({ code: -32_002 });
    },
  );

  it('are not offered where the tools do not read files', async () => {
    const narrow = await serveOnSocket(fake.backend, {
      tools: tools.filter(({ group }) => group === 'volumes'),
    });
    const other = await connectSocketClient(narrow.path);
    expect((await other.listResources()).resources).toEqual([]);
    await expect(other.readResource({ uri: 'sandbox://bob/x' })).rejects.toMatchObject({ code: -32_002 });
    await other.close();
    await narrow.close();
  });
});

describe('completion', () => {
  const ref = { type: 'ref/resource' as const, uri: 'sandbox://{sandbox}/{+path}' };

  it('knows sandboxes and paths', async () => {
    const names = await client.complete({ ref, argument: { name: 'sandbox', value: 'b' } });
    expect(names.completion.values).toEqual(['box one', 'bob']);
    expect(fake.calls[0]?.arguments).toEqual([{ limit: 100, name: 'b' }]);
    const paths = await client.complete({
      ref,
      argument: { name: 'path', value: 's' },
      context: { arguments: { sandbox: 'bob' } },
    });
    expect(paths.completion.values).toEqual(['src/', 'setup.py']);
  });

  it('is empty for what nobody knows', async () => {
    const other = await client.complete({ ref, argument: { name: 'path', value: 's' } });
    expect(other.completion).toEqual({ values: [], total: 0, hasMore: false });
  });
});

describe('prompts', () => {
  it('are the three commonest workflows, filled in', async () => {
    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual(['run_project_tests', 'try_on_fork', 'preview_web_app']);
    const got = await client.getPrompt({
      name: 'try_on_fork',
      arguments: { sandbox: 'bob', change: 'upgrade it' },
    });
    expect(JSON.stringify(got.messages)).toContain('fork of the sandbox bob');
    expect(JSON.stringify(got.messages)).toContain('upgrade it');
  });

  it('name only tools that exist', async () => {
    const names = new Set(tools.map(({ name }) => name));
    for (const { name, arguments: known = [] } of (await client.listPrompts()).prompts) {
      const values = Object.fromEntries(known.map((each) => [each.name, 'x']));
      const text = JSON.stringify(await client.getPrompt({ name, arguments: values }));
      for (const [tool] of text.matchAll(/\b(?:sandbox|snapshot|volume)_[a-z_]+\b/g))
        expect(names).toContain(tool);
    }
  });

  it('that are not there, or lack an argument, say what to do', async () => {
    await expect(client.getPrompt({ name: 'try_fork' })).rejects.toMatchObject({
      code: -32_602,
      message: expect.stringContaining('Did you mean "try_on_fork"?'),
    });
    await expect(client.getPrompt({ name: 'try_on_fork' })).rejects.toMatchObject({
      message: expect.stringContaining('"sandbox" is required'),
    });
  });
});

it('marks what code in a sandbox made as untrusted, and nothing else', async () => {
  const read = await client.callTool({
    name: 'sandbox_read_file',
    arguments: { sandbox: 'bob', path: '/a' },
  });
  expect(read._meta).toEqual({ 'thaw/untrusted': true });
  const list = await client.callTool({ name: 'sandbox_list', arguments: {} });
  expect(list._meta).toBeUndefined();
});

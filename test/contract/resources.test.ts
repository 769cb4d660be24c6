/** Resources, completion, prompts and the mark of untrusted data, in both protocol eras. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ThawError } from '../../src/errors.ts';
import { tools } from '../../tools/index.ts';
import { connectEra, type EraClient, eras } from '../support/era-client.ts';
import { type FakeBackend, fakeBackend } from '../support/fake-backend.ts';
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
let client: EraClient;

/** A client of the era before each test, and its end after it. */
function inEra(era: (typeof eras)[number]): void {
  beforeEach(async () => {
    fake = fakeBackend(plan);
    fixture = await serveOnSocket(fake.backend);
    client = await connectEra(era, fixture.path);
  });
  afterEach(async () => {
    await client.close();
    await fixture.close();
  });
}

const Prompts = z.object({
  prompts: z.array(
    z.object({ name: z.string(), arguments: z.array(z.object({ name: z.string() })).optional() }),
  ),
});
const listPrompts = async () => Prompts.parse(await client.ask('prompts/list')).prompts;

describe.each(eras)('in %s', (era) => {
  inEra(era);
  /** The code for a resource that is not there. */
  const missing = era === '2026-07-28' ? -32_602 : -32_002;

  describe('resources', () => {
    it('list the root of each sandbox, and a template for every file', async () => {
      expect(await client.ask('resources/list')).toMatchObject({
        resources: [{ uri: 'sandbox://box%20one/' }, { uri: 'sandbox://bob/' }],
      });
      expect(await client.ask('resources/templates/list')).toMatchObject({
        resourceTemplates: [{ uriTemplate: 'sandbox://{sandbox}/{+path}' }],
      });
    });

    it('are text, bytes, or a list, of the type that the name promises', async () => {
      const read = async (uri: string) => await client.ask('resources/read', { uri });
      expect(await read('sandbox://box%20one/a%20b')).toMatchObject({
        contents: [{ mimeType: 'text/plain', text: 'AAA=' }],
      });
      expect(fake.calls[0]?.arguments).toEqual(['box one', { path: '/a b' }]);
      expect(await read('sandbox://bob/binary')).toMatchObject({
        contents: [{ mimeType: 'application/octet-stream', blob: 'AAA=' }],
      });
      expect(await read('sandbox://bob/page.html')).toMatchObject({ contents: [{ mimeType: 'text/html' }] });
      expect(await read('sandbox://bob/dir')).toMatchObject({
        contents: [{ mimeType: 'application/json', text: expect.stringContaining('setup.py') }],
      });
    });

    it.each(['sandbox://bob/none', 'sandbox:///x', 'file:///etc/passwd', 'sandbox://bob/%zz'])(
      'that are not there are an error of the protocol: %s',
      async (uri) => {
        await expect(client.ask('resources/read', { uri })).rejects.toMatchObject({ code: missing });
      },
    );

    it('are not offered where the tools do not read files', async () => {
      const narrow = await serveOnSocket(fake.backend, {
        tools: tools.filter(({ group }) => group === 'volumes'),
      });
      const other = await connectEra(era, narrow.path);
      expect(await other.ask('resources/list')).toMatchObject({ resources: [] });
      expect(await other.ask('resources/templates/list')).toMatchObject({ resourceTemplates: [] });
      await expect(other.ask('resources/read', { uri: 'sandbox://bob/x' })).rejects.toMatchObject({
        code: missing,
      });
      await other.close();
      await narrow.close();
    });
  });

  describe('completion', () => {
    const ref = { type: 'ref/resource' as const, uri: 'sandbox://{sandbox}/{+path}' };
    const complete = async (name: string, value: string, context?: object) =>
      (await client.ask('completion/complete', { ref, argument: { name, value }, ...context }))['completion'];

    it('knows sandboxes and paths', async () => {
      expect(await complete('sandbox', 'b')).toMatchObject({ values: ['box one', 'bob'] });
      expect(fake.calls[0]?.arguments).toEqual([{ limit: 100, name: 'b' }]);
      const known = { context: { arguments: { sandbox: 'bob' } } };
      expect(await complete('path', 's', known)).toMatchObject({ values: ['src/', 'setup.py'] });
    });

    it('is empty for what nobody knows', async () => {
      expect(await complete('path', 's')).toEqual({ values: [], total: 0, hasMore: false });
    });
  });

  describe('prompts', () => {
    it('are the three commonest workflows, filled in', async () => {
      expect((await listPrompts()).map(({ name }) => name)).toEqual([
        'run_project_tests',
        'try_on_fork',
        'preview_web_app',
      ]);
      const got = await client.ask('prompts/get', {
        name: 'try_on_fork',
        arguments: { sandbox: 'bob', change: 'upgrade it' },
      });
      expect(JSON.stringify(got['messages'])).toContain('fork of the sandbox bob');
      expect(JSON.stringify(got['messages'])).toContain('upgrade it');
    });

    it('name only tools that exist', async () => {
      const names = new Set(tools.map(({ name }) => name));
      for (const { name, arguments: known = [] } of await listPrompts()) {
        const values = Object.fromEntries(known.map((each) => [each.name, 'x']));
        const text = JSON.stringify(await client.ask('prompts/get', { name, arguments: values }));
        for (const [tool] of text.matchAll(/\b(?:sandbox|snapshot|volume)_[a-z_]+\b/g))
          expect(names).toContain(tool);
      }
    });

    it('that are not there, or lack an argument, say what to do', async () => {
      await expect(client.ask('prompts/get', { name: 'try_fork' })).rejects.toMatchObject({
        code: -32_602,
        message: expect.stringContaining('Did you mean "try_on_fork"?'),
      });
      await expect(client.ask('prompts/get', { name: 'try_on_fork' })).rejects.toMatchObject({
        message: expect.stringContaining('"sandbox" is required'),
      });
    });
  });

  it('marks what code in a sandbox made as untrusted, and nothing else', async () => {
    const read = { name: 'sandbox_read_file', arguments: { sandbox: 'bob', path: '/a' } };
    expect((await client.ask('tools/call', read))['_meta']).toEqual({ 'thaw/untrusted': true });
    const list = { name: 'sandbox_list', arguments: {} };
    expect((await client.ask('tools/call', list))['_meta']).toBeUndefined();
  });
});

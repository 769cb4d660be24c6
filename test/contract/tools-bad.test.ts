/** Every tool called badly: the backend is not reached, and the error says all that a model needs, in its text. */
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ThawError } from '../../src/errors.ts';
import { tools } from '../../tools/index.ts';
import { fakeBackend } from '../support/fake-backend.ts';
import { call, connectSocketClient } from '../support/mcp-client.ts';
import { type McpFixture, serveOnSocket } from '../support/mcp-fixture.ts';

const fake = fakeBackend({
  lifecycle: {
    get: async (sandbox) => {
      if (sandbox === 'defect') throw new Error('at /var/lib/docker/secret: boom');
      throw new ThawError('sandbox_not_found', 'There is no sandbox "bx".', {
        next: 'Did you mean "box"?',
        context: { existing: ['box'] },
      });
    },
    start: async () => {
      throw new ThawError('capacity', 'Too many sandboxes.');
    },
  },
});
let fixture: McpFixture;
let client: Client;
beforeAll(async () => {
  fixture = await serveOnSocket(fake.backend);
  client = await connectSocketClient(fixture.path);
});
afterAll(async () => {
  await client.close();
  await fixture.close();
});

describe('wrong arguments', () => {
  const cases: readonly (readonly [string, Record<string, unknown>, string])[] = [
    ['sandbox_create', { nmae: 'x' }, 'unknown argument "nmae" (did you mean "name"?)'],
    ['sandbox_create', { labels: { a: 1 } }, '"labels.a": '],
    ['sandbox_create', { memory: -1 }, '"memory": '],
    ['sandbox_create', { cpu: 1e9 }, '"cpu": '],
    ['sandbox_create', { name: 'a<b>' }, '"name": '],
    ['sandbox_create', { env: { '1A': 'x' } }, '"env.1A"'],
    ['sandbox_list', { state: 'started' }, 'unknown argument "state" (did you mean "states"?)'],
    ['sandbox_list', { states: ['running'] }, '"states.0": '],
    ['sandbox_list', { limit: 1000 }, '"limit": '],
    ['sandbox_get', { sandboxId: 'x' }, 'unknown argument "sandboxId" (did you mean "sandbox"?)'],
    ['sandbox_get', {}, '"sandbox" is required'],
    ['sandbox_start', { sandbox: 7 }, '"sandbox": '],
    ['sandbox_stop', { sandbox: 'box', force: 'yes' }, '"force": '],
    ['sandbox_delete', { sandbox: '' }, '"sandbox": '],
    ['sandbox_list', { states: ['destroyed'] }, '"states.0": '],
    ['sandbox_list', { createdAtAfter: 'yesterday' }, '"createdAtAfter": '],
    ['sandbox_list', { sort: 'memory' }, '"sort": '],
    ['sandbox_pause', { sandbox: 'box', force: true }, 'unknown argument "force"'],
    ['sandbox_resume', {}, '"sandbox" is required'],
    ['sandbox_recover', { sandbox: 'box', skipStart: 'no' }, '"skipStart": '],
    ['sandbox_resize', { sandbox: 'box', cpu: 0 }, '"cpu": cpu must not be less than 0.1'],
    ['sandbox_resize', { sandbox: 'box', memory: -1 }, '"memory": memory must not be less than 0.0625'],
    ['sandbox_resize', { sandbox: 'box', disk: 0.5 }, '"disk": disk must not be less than 1'],
    ['sandbox_set_labels', { sandbox: 'box', labels: { a: 1 } }, '"labels.a": '],
    ['sandbox_set_labels', { sandbox: 'box' }, '"labels" is required'],
    ['sandbox_set_public', { sandbox: 'box', isPublic: 'banana' }, '"isPublic": '],
    ['sandbox_touch', { sandbox: 7 }, '"sandbox": '],
    ['sandbox_set_autostop', { sandbox: 'box', interval: -1 }, '"interval": '],
    ['sandbox_set_autoarchive', { sandbox: 'box', interval: 1.5 }, '"interval": '],
    ['sandbox_set_autodelete', { sandbox: 'box', interval: 'never' }, '"interval": '],
    ['sandbox_set_ttl', { sandbox: 'box', ttl: 5 }, '(did you mean "ttlMinutes"?)'],
    ['sandbox_fork', { sandbox: 'box', count: 33 }, '"count": '],
    ['sandbox_fork', { sandbox: 'box', names: ['a<b>'] }, '"names.0": '],
    ['sandbox_fork', { sandbox: 'box', name: 'x' }, '(did you mean "names"?)'],
    ['sandbox_forks', {}, '"sandbox" is required'],
    ['sandbox_parent', { sandbox: 1 }, '"sandbox": '],
    ['sandbox_ancestors', { box: 'x' }, 'unknown argument "box"'],
    ['sandbox_backup', { sandbox: '' }, '"sandbox": '],
    ['sandbox_archive', { sandbox: 'box', force: true }, 'unknown argument "force"'],
    ['sandbox_snapshot', { sandbox: 'box' }, '"name" is required'],
    ['sandbox_snapshot', { sandbox: 'box', name: 'a b' }, 'Invalid snapshot name format'],
    ['snapshot_list', { limit: 0 }, '"limit": '],
    ['snapshot_get', {}, '"snapshot" is required'],
    ['snapshot_delete', { snapshot: 5 }, '"snapshot": '],
    ['sandbox_exec', { sandbox: 'box' }, '"command" is required'],
    ['sandbox_exec', { sandbox: 'box', command: '  ' }, '"command": '],
    ['sandbox_exec', { sandbox: 'box', command: 'ls', timeoutSeconds: 46 }, '"timeoutSeconds": '],
    ['sandbox_exec', { sandbox: 'box', command: 'ls', timeout: 5 }, '(did you mean "timeoutSeconds"?)'],
    ['sandbox_read_file', { sandbox: 'box', path: '/a', offset: 0 }, '"offset": '],
    ['sandbox_read_file', { sandbox: 'box', path: 'a\0b' }, '"path": '],
    ['sandbox_write_file', { sandbox: 'box', path: '/a' }, '"content" is required'],
    ['sandbox_write_file', { sandbox: 'box', path: '/a', content: '', mode: '9' }, '"mode": '],
    ['sandbox_list_files', { sandbox: 'box', depth: 17 }, '"depth": '],
  ];

  it.each(cases)('%s %j', async (tool, given, expected) => {
    const before = fake.calls.length;
    const { isError, text, structured } = await call(client, tool, given);
    expect(isError).toBe(true);
    expect(structured).toBeUndefined();
    expect(text).toMatch(/^invalid_argument: /);
    expect(text).toContain(expected);
    expect(text).toMatch(/\nNext: .*The arguments are: .*\nRetryable: no$/);
    expect(fake.calls).toHaveLength(before);
  });

  it('covers every tool', () => {
    expect(new Set(cases.map(([tool]) => tool))).toEqual(new Set(tools.map(({ name }) => name)));
  });

  it('names at most eight problems', async () => {
    const given = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`zz${index}`, 1]));
    const { text } = await call(client, 'sandbox_create', given);
    expect(text).toContain('and 42 more');
    expect(text.length).toBeLessThan(1_500);
  });
});

describe('errors of the backend', () => {
  it('carries code, message, advice, retryability and facts in the text', async () => {
    const { isError, text } = await call(client, 'sandbox_get', { sandbox: 'bx' });
    expect(isError).toBe(true);
    expect(text).toBe(
      'sandbox_not_found: There is no sandbox "bx".\nNext: Did you mean "box"?\nRetryable: no\nDetails: {"existing":["box"]}',
    );
  });

  it('says when a retry helps', async () => {
    const { text } = await call(client, 'sandbox_start', { sandbox: 'box' });
    expect(text).toMatch(/^capacity: Too many sandboxes\.\nNext: .+\nRetryable: yes$/);
  });

  it('hides what a defect says and gives the request id that the log has', async () => {
    const { text } = await call(client, 'sandbox_get', { sandbox: 'defect' });
    expect(text).toMatch(/^internal: .*\nNext: .*\nRetryable: no\nRequest: [0-9a-f]{8}$/);
    expect(text).not.toContain('/var');
    expect(text).not.toContain('boom');
  });
});

describe('an unknown tool', () => {
  it('is a protocol error that names the nearest one', async () => {
    await expect(client.callTool({ name: 'sandbox_remove_file', arguments: {} })).rejects.toMatchObject({
      code: -32_602,
      message: expect.stringContaining('Unknown tool "sandbox_remove_file"'),
    });
    await expect(client.callTool({ name: 'sandbox_excc', arguments: {} })).rejects.toMatchObject({
      code: -32_602,
      message: expect.stringContaining('Did you mean "sandbox_exec"?'),
    });
  });
});

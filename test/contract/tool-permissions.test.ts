/** What an API key must have for each tool, derived from what the tool does, and held over HTTP in both eras. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { permissionFor } from '../../src/server/permission.ts';
import { tools } from '../../tools/index.ts';
import { fakeBackend } from '../support/fake-backend.ts';
import { call } from '../support/mcp-client.ts';
import {
  callModern,
  connectHttpClient,
  type McpHttpFixture,
  serveOnHttp,
} from '../support/mcp-http-fixture.ts';
import { sandboxFixture } from '../support/sandbox-fixture.ts';

let fixture: McpHttpFixture;
const fake = fakeBackend({
  lifecycle: { get: async () => sandboxFixture(), delete: async () => sandboxFixture() },
});
beforeAll(async () => {
  fixture = await serveOnHttp(fake.backend);
});
afterAll(() => fixture.close());

it('nothing that changes something may be called without a permission', () => {
  for (const tool of tools) {
    const permission = permissionFor(tool);
    if (tool.kind !== 'read')
      expect([tool.name, permission]).toEqual([tool.name, expect.stringMatching(/^(write|delete):/)]);
  }
  const find = (name: string) => tools.filter((tool) => tool.name === name).map(permissionFor);
  expect(find('sandbox_delete')).toEqual(['delete:sandboxes']);
  expect(find('sandbox_exec')).toEqual(['write:sandboxes']);
  expect(find('sandbox_get')).toEqual([null]);
  expect(find('volume_list')).toEqual(['read:volumes']);
});

it('a key without the permission is told which one, and nothing is done', async () => {
  const key = fixture.keys.create({ name: 'reader', permissions: ['write:sandboxes'] }).value;
  const { client } = await connectHttpClient(fixture.url, key);
  const refused = await call(client, 'sandbox_delete', { sandbox: 'box' });
  expect(refused).toMatchObject({
    isError: true,
    text: expect.stringMatching(/^permission_denied: .*delete:sandboxes/),
  });
  expect((await call(client, 'sandbox_get', { sandbox: 'box' })).isError).toBe(false);
  await client.close();
  const params = { name: 'sandbox_delete', arguments: { sandbox: 'box' } };
  const [modern] = await callModern(fixture.url, key, { method: 'tools/call', params });
  expect(JSON.stringify(modern?.result)).toContain('permission_denied');
  expect(fake.calls.filter(({ operation }) => operation === 'lifecycle.delete')).toEqual([]);
});

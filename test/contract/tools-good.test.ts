/** Every tool called well through a real client: the backend gets the right input, the client the right result. */
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterEach, expect, it } from 'vitest';
import type { HostAccess } from '../../tools/host-access.ts';
import { tools } from '../../tools/index.ts';
import { type FakeBackend, fakeBackend } from '../support/fake-backend.ts';
import { call, connectSocketClient } from '../support/mcp-client.ts';
import { type McpFixture, serveOnSocket } from '../support/mcp-fixture.ts';
import { sandboxFixture } from '../support/sandbox-fixture.ts';
import { goodCalls } from './tools-good/all.ts';

let fixture: McpFixture;
let client: Client;
afterEach(async () => {
  await client.close();
  await fixture.close();
});

async function open(fake: FakeBackend, host?: HostAccess): Promise<void> {
  fixture = await serveOnSocket(fake.backend, host === undefined ? {} : { host });
  client = await connectSocketClient(fixture.path);
}

it.each(goodCalls)('$tool passes its input on and answers the same facts twice', async (planned) => {
  const fake = fakeBackend(planned.plan);
  await open(fake, planned.host);
  // Listing makes the client check every structured answer against the published schema.
  await client.listTools();
  const { isError, text, structured } = await call(client, planned.tool, planned.given);
  expect(text).toBe(JSON.stringify(structured));
  expect(isError).toBe(false);
  expect(structured).toMatchObject(planned.answered);
  expect(fake.calls).toEqual([
    ...(planned.first ?? []),
    { operation: planned.operation, arguments: planned.passed },
  ]);
});

it('has one case for every tool', () => {
  expect(goodCalls.map(({ tool }) => tool).sort()).toEqual(tools.map(({ name }) => name).sort());
});

it('drops fields that the published schema does not name', async () => {
  const surplus = { ...sandboxFixture(), secretHostPath: '/var/lib/x' };
  await open(fakeBackend({ lifecycle: { get: async () => surplus } }));
  const { structured } = await call(client, 'sandbox_get', { sandbox: 'box' });
  expect(structured).not.toHaveProperty('secretHostPath');
});

it('stops gently unless force is asked for', async () => {
  const fake = fakeBackend({ lifecycle: { stop: async () => sandboxFixture() } });
  await open(fake);
  await call(client, 'sandbox_stop', { sandbox: 'box' });
  expect(fake.calls[0]?.arguments).toEqual(['box', { force: false }]);
});

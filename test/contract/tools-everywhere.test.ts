/** Every tool over the socket and over HTTP in both eras, called well and badly: each way gives the same answer. */
import { readdirSync } from 'node:fs';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tools } from '../../tools/index.ts';
import { fakeBackend } from '../support/fake-backend.ts';
import { connectSocketClient } from '../support/mcp-client.ts';
import { type McpFixture, serveOnSocket } from '../support/mcp-fixture.ts';
import {
  callModern,
  connectHttpClient,
  type McpHttpFixture,
  serveOnHttp,
} from '../support/mcp-http-fixture.ts';
import type { GoodCall } from './tools-good/good-call.ts';

const isGoodCall = (value: unknown): value is GoodCall =>
  typeof value === 'object' && value !== null && 'plan' in value && 'given' in value && 'tool' in value;

/** Of all files beside this one that have calls of tools. */
async function readGoodCalls(): Promise<GoodCall[]> {
  const files = readdirSync(new URL('tools-good/', import.meta.url)).filter((name) => name.endsWith('.ts'));
  const modules = await Promise.all(
    files.map(async (name): Promise<object> => await import(`./tools-good/${name.replace(/\.ts$/, '')}.ts`)),
  );
  return modules.flatMap((module) => Object.values(module).flat()).filter(isGoodCall);
}

const goodCalls = await readGoodCalls();

interface Ways {
  readonly socket: McpFixture;
  readonly http: McpHttpFixture;
  readonly clients: readonly [Client, Client];
}

/** The backend is looked up with each call. */
let backend = fakeBackend({}).backend;
let ways: Ways;
beforeAll(async () => {
  const source = () => Promise.resolve(backend);
  const socket = await serveOnSocket(source);
  const http = await serveOnHttp(source);
  const clients = [
    await connectSocketClient(socket.path),
    (await connectHttpClient(http.url, http.key)).client,
  ] as const;
  ways = { socket, http, clients };
});
afterAll(async () => {
  await Promise.all(ways.clients.map((client) => client.close()));
  await ways.socket.close();
  await ways.http.close();
});

/** What a client gets to see, by each way. */
async function answers(name: string, given: Readonly<Record<string, unknown>>): Promise<object[]> {
  const params = { name, arguments: { ...given } };
  const older = await Promise.all(ways.clients.map((client) => client.callTool(params)));
  const [modern] = await callModern(ways.http.url, ways.http.key, { method: 'tools/call', params });
  const seen = [...older, modern?.result ?? {}];
  return seen.map((result) => ({
    content: result['content'],
    structuredContent: result['structuredContent'],
    isError: result['isError'] === true,
  }));
}

describe('every tool', () => {
  it('is among the good calls', () => {
    expect([...new Set(goodCalls.map(({ tool }) => tool))].sort()).toEqual(
      tools.map(({ name }) => name).sort(),
    );
  });

  it.each(goodCalls)('$tool answers the same by every way', async (planned) => {
    ({ backend } = fakeBackend(planned.plan));
    const [first, ...others] = await answers(planned.tool, planned.given);
    // Whoever needs files of this machine is refused: no way here was given any.
    expect(first).toMatchObject({ isError: planned.host !== undefined });
    for (const other of others) expect(other).toEqual(first);
  });

  it.each(tools.map(({ name }) => name))('%s refuses the same by every way', async (tool) => {
    ({ backend } = fakeBackend({}));
    const [first, ...others] = await answers(tool, { zz: 1 });
    expect(first).toMatchObject({ isError: true, structuredContent: undefined });
    expect(JSON.stringify(first)).toContain('unknown argument \\"zz\\"');
    for (const other of others) expect(other).toEqual(first);
  });
});

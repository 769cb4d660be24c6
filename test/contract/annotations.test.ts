/** The annotations that clients see, derived a second time: from the operations to which good calls of each tool come. */
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileLinks } from '../../tools/file-links.ts';
import type { HostAccess } from '../../tools/host-access.ts';
import { tools } from '../../tools/index.ts';
import { fakeBackend, type Plan } from '../support/fake-backend.ts';
import { connectSocketClient } from '../support/mcp-client.ts';
import { type McpFixture, serveOnSocket } from '../support/mcp-fixture.ts';
import { effects } from '../support/operation-effects.ts';
import { sandboxFixture } from '../support/sandbox-fixture.ts';
import { goodCalls } from './tools-good/all.ts';
import type { GoodCall } from './tools-good/good-call.ts';

type Call = Pick<GoodCall, 'tool' | 'given' | 'plan' | 'host'>;

const links: FileLinks = {
  sign: () => ({ url: 'http://127.0.0.1/x', expiresAt: '2026-05-01T10:00:00.000Z' }),
};
const linkable: Plan = {
  lifecycle: { get: async () => sandboxFixture() },
  signing: { key: async () => 'k' },
};
const empty = { chunks: (async function* none() {})(), cancel: () => undefined };
const facts = {
  path: '/a',
  name: 'a',
  type: 'file' as const,
  sizeBytes: 0,
  mode: 0o644,
  uid: 1,
  gid: 1,
  modifiedMs: 0,
};

/** Ways of calling that come to other operations than the calls of the contract. */
const moreWays: readonly Call[] = [
  { tool: 'sandbox_upload', given: { sandbox: 'box', path: '/a' }, plan: linkable },
  {
    tool: 'sandbox_download',
    given: { sandbox: 'box', path: '/a' },
    plan: { ...linkable, fileSystem: { info: async () => facts } },
  },
  {
    tool: 'sandbox_download',
    given: { sandbox: 'box', path: '/a', hostPath: '/h' },
    plan: { fileSystem: { info: async () => facts, download: async () => ({ facts, ...empty }) } },
    host: {
      source: () => Promise.reject(new Error('unplanned')),
      target: async () => ({ write: async () => 0 }),
    },
  },
  {
    tool: 'sandbox_run_code',
    given: { sandbox: 'box', language: 'python', code: '1', context: 'new' },
    plan: {
      interpreters: {
        create: async () => ({
          id: 'a',
          language: 'python',
          cwd: '/',
          busy: false,
          isDefault: false,
          createdAt: '2026-05-01T10:00:00.000Z',
        }),
        execute: async () => ({
          status: 'completed',
          contextId: 'a',
          language: 'python',
          contextIsNew: true,
          contextLost: false,
          note: null,
          durationMs: 1,
        }),
      },
    },
  },
];

const calls: readonly Call[] = [...goodCalls, ...moreWays];

/** Notes which of the host's operations are used. */
const recording = (host: HostAccess, used: Set<string>): HostAccess => ({
  source: (path) => {
    used.add('host.source');
    return host.source(path);
  },
  target: (path, options) => {
    used.add('host.target');
    return host.target(path, options);
  },
});

/** The operations, as `group.operation`, that all known ways of calling a tool come to. */
async function operationsOf(name: string): Promise<string[]> {
  const tool = tools.find((each) => each.name === name);
  const used = new Set<string>();
  for (const { given, plan, host } of calls.filter((call) => call.tool === name)) {
    const fake = fakeBackend(plan);
    await tool?.handle(tool.input.parse(given), {
      backend: fake.backend,
      context: { signal: new AbortController().signal },
      ...(plan.signing !== undefined ? { links } : {}),
      ...(host === undefined ? {} : { host: recording(host, used) }),
    });
    for (const { operation } of fake.calls) used.add(operation);
  }
  return [...used];
}

function effectOf(operation: string) {
  const [group = '', name = ''] = operation.split('.');
  const found = Object.entries(effects).find(([key]) => key === group)?.[1];
  const entry = Object.entries(found ?? {}).find(([key]) => key === name)?.[1];
  if (entry === undefined) throw new Error(`nothing is known of ${operation}`);
  return entry;
}

function derive(operations: readonly string[]) {
  const all = operations.map(effectOf);
  return {
    readOnlyHint: all.every(({ changes }) => !changes),
    destructiveHint: all.some(({ loses }) => loses),
    idempotentHint: all.every(({ moreEachTime }) => !moreEachTime),
    openWorldHint: all.some(({ outside }) => outside),
  };
}

describe('the annotations', () => {
  let fixture: McpFixture;
  let client: Client;
  beforeAll(async () => {
    fixture = await serveOnSocket(fakeBackend({}).backend);
    client = await connectSocketClient(fixture.path);
  });
  afterAll(async () => {
    await client.close();
    await fixture.close();
  });

  it('say of every tool what its operations do', async () => {
    const { tools: listed } = await client.listTools();
    expect(listed.map(({ name }) => name).sort()).toEqual(tools.map(({ name }) => name).sort());
    const derived = await Promise.all(
      listed.map(async ({ name }) => {
        const operations = await operationsOf(name);
        expect(operations.length, name).toBeGreaterThan(0);
        return [name, derive(operations)];
      }),
    );
    const told = listed.map(({ name, annotations }) => [name, annotations]);
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(derived));
  });
});

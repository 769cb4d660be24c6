/** Every tool called well through a real client: the backend gets the right input, the client the right result. */
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterEach, expect, it } from 'vitest';
import { tools } from '../../tools/index.ts';
import { type FakeBackend, fakeBackend } from '../support/fake-backend.ts';
import { call, connectSocketClient } from '../support/mcp-client.ts';
import { type McpFixture, serveOnSocket } from '../support/mcp-fixture.ts';
import { SANDBOX_ID, sandboxFixture } from '../support/sandbox-fixture.ts';

let fixture: McpFixture;
let client: Client;
afterEach(async () => {
  await client.close();
  await fixture.close();
});

async function open(fake: FakeBackend): Promise<void> {
  fixture = await serveOnSocket(fake.backend);
  client = await connectSocketClient(fixture.path);
}

const box = sandboxFixture();
const execResult = {
  status: 'exited' as const,
  exitCode: 3,
  signal: null,
  stdout: 'out\n',
  stderr: 'err\n',
  stdoutBytes: 4,
  stderrBytes: 4,
  truncated: false,
  durationMs: 1.5,
};
const page = { items: [box], total: 1, page: 1, totalPages: 1, nextCursor: null };
const content = {
  path: '/a',
  content: 'x\n',
  encoding: 'utf8' as const,
  sizeBytes: 2,
  totalLines: 1,
  truncated: false,
};
const written = { path: '/a', sizeBytes: 2, created: true };
const listing = { path: '/', entries: [], truncated: false };

const snapshot = {
  id: 'default',
  name: 'default',
  imageName: null,
  general: true,
  state: 'active' as const,
  errorReason: null,
  size: 0.3,
  cpu: 1,
  mem: 1,
  sourceSandboxId: null,
  createdAt: null,
  updatedAt: null,
  lastUsedAt: null,
};
const backup = {
  id: SANDBOX_ID,
  name: 'box',
  backupState: 'Completed' as const,
  backupCreatedAt: '2026-05-01T10:00:00.000Z',
  storedBytes: 12,
  pausedMs: 3,
};
const forked = {
  children: [{ id: SANDBOX_ID, name: 'copy', state: 'started' as const, error: null }],
  pausedMs: 4,
  envCopied: ['A'],
  tookMs: 9,
};

const cases = [
  {
    tool: 'sandbox_create',
    given: { name: 'box', env: { A: '1' }, labels: { team: 'x' }, memory: 2 },
    plan: { lifecycle: { create: async () => ({ ...box, startedFrom: 'warm' as const, tookMs: 2.25 }) } },
    operation: 'lifecycle.create',
    passed: [{ name: 'box', env: { A: '1' }, labels: { team: 'x' }, memory: 2 }],
    answered: { id: SANDBOX_ID, startedFrom: 'warm', tookMs: 2.25, disk: 3 },
  },
  {
    tool: 'sandbox_list',
    given: { labels: { team: 'x' }, states: ['started'], limit: 10, page: 1, sort: 'name', order: 'asc' },
    plan: { lifecycle: { list: async () => page } },
    operation: 'lifecycle.list',
    passed: [{ labels: { team: 'x' }, states: ['started'], limit: 10, page: 1, sort: 'name', order: 'asc' }],
    answered: { total: 1, page: 1, totalPages: 1, nextCursor: null },
  },
  {
    tool: 'sandbox_get',
    given: { sandbox: 'box' },
    plan: { lifecycle: { get: async () => box } },
    operation: 'lifecycle.get',
    passed: ['box'],
    answered: { ...box },
  },
  {
    tool: 'sandbox_start',
    given: { sandbox: 'box' },
    plan: { lifecycle: { start: async () => box } },
    operation: 'lifecycle.start',
    passed: ['box'],
    answered: { id: SANDBOX_ID, state: 'started' },
  },
  {
    tool: 'sandbox_stop',
    given: { sandbox: 'box', force: true },
    plan: { lifecycle: { stop: async () => sandboxFixture({ state: 'stopped' }) } },
    operation: 'lifecycle.stop',
    passed: ['box', { force: true }],
    answered: { state: 'stopped' },
  },
  {
    tool: 'sandbox_delete',
    given: { sandbox: SANDBOX_ID },
    plan: { lifecycle: { delete: async () => sandboxFixture({ state: 'destroyed' }) } },
    operation: 'lifecycle.delete',
    passed: [SANDBOX_ID],
    answered: { state: 'destroyed' },
  },
  {
    tool: 'sandbox_pause',
    given: { sandbox: 'box' },
    plan: { lifecycle: { pause: async () => sandboxFixture({ state: 'paused' }) } },
    operation: 'lifecycle.pause',
    passed: ['box'],
    answered: { id: SANDBOX_ID, name: 'box', state: 'paused' },
  },
  {
    tool: 'sandbox_resume',
    given: { sandbox: 'box' },
    plan: { lifecycle: { resume: async () => box } },
    operation: 'lifecycle.resume',
    passed: ['box'],
    answered: { id: SANDBOX_ID, name: 'box', state: 'started' },
  },
  {
    tool: 'sandbox_recover',
    given: { sandbox: 'box', skipStart: true },
    plan: { lifecycle: { recover: async () => sandboxFixture({ state: 'stopped' }) } },
    operation: 'lifecycle.recover',
    passed: ['box', { skipStart: true }],
    answered: { state: 'stopped', errorReason: null },
  },
  {
    tool: 'sandbox_resize',
    given: { sandbox: 'box', cpu: 1.5, memory: 2 },
    plan: { lifecycle: { resize: async () => sandboxFixture({ cpu: 1.5, memory: 2 }) } },
    operation: 'lifecycle.resize',
    passed: ['box', { cpu: 1.5, memory: 2 }],
    answered: { cpu: 1.5, memory: 2, disk: 3 },
  },
  {
    tool: 'sandbox_set_labels',
    given: { sandbox: 'box', labels: { team: 'y' } },
    plan: { settings: { setLabels: async () => sandboxFixture({ labels: { team: 'y' } }) } },
    operation: 'settings.setLabels',
    passed: ['box', { team: 'y' }],
    answered: { labels: { team: 'y' } },
  },
  {
    tool: 'sandbox_set_public',
    given: { sandbox: 'box', isPublic: true },
    plan: { settings: { setPublic: async () => sandboxFixture({ public: true }) } },
    operation: 'settings.setPublic',
    passed: ['box', true],
    answered: { public: true },
  },
  {
    tool: 'sandbox_touch',
    given: { sandbox: 'box' },
    plan: { settings: { touch: async () => sandboxFixture({ lastActivityAt: '2026-05-01T11:00:00.000Z' }) } },
    operation: 'settings.touch',
    passed: ['box'],
    answered: { lastActivityAt: '2026-05-01T11:00:00.000Z' },
  },
  {
    tool: 'sandbox_set_autostop',
    given: { sandbox: 'box', interval: 30 },
    plan: { settings: { setAutoStop: async () => sandboxFixture({ autoStopInterval: 30 }) } },
    operation: 'settings.setAutoStop',
    passed: ['box', 30],
    answered: { autoStopInterval: 30 },
  },
  {
    tool: 'sandbox_set_autoarchive',
    given: { sandbox: 'box', interval: 60 },
    plan: { settings: { setAutoArchive: async () => sandboxFixture({ autoArchiveInterval: 60 }) } },
    operation: 'settings.setAutoArchive',
    passed: ['box', 60],
    answered: { autoArchiveInterval: 60 },
  },
  {
    tool: 'sandbox_set_autodelete',
    given: { sandbox: 'box', interval: -1 },
    plan: { settings: { setAutoDelete: async () => sandboxFixture({ autoDeleteInterval: -1 }) } },
    operation: 'settings.setAutoDelete',
    passed: ['box', -1],
    answered: { autoDeleteInterval: -1 },
  },
  {
    tool: 'sandbox_set_ttl',
    given: { sandbox: 'box', ttlMinutes: 60 },
    plan: { settings: { setTtl: async () => sandboxFixture({ autoDestroyAt: '2026-05-01T11:00:00.000Z' }) } },
    operation: 'settings.setTtl',
    passed: ['box', 60],
    answered: { autoDestroyAt: '2026-05-01T11:00:00.000Z' },
  },
  {
    tool: 'sandbox_fork',
    given: { sandbox: 'box', count: 2, names: ['copy'] },
    plan: { forks: { fork: async () => forked } },
    operation: 'forks.fork',
    passed: ['box', { count: 2, names: ['copy'] }],
    answered: forked,
  },
  {
    tool: 'sandbox_forks',
    given: { sandbox: 'box' },
    plan: { forks: { children: async () => [box] } },
    operation: 'forks.children',
    passed: ['box'],
    answered: { items: [expect.objectContaining({ id: SANDBOX_ID, state: 'started' })] },
  },
  {
    tool: 'sandbox_parent',
    given: { sandbox: 'box' },
    plan: { forks: { parent: async () => box } },
    operation: 'forks.parent',
    passed: ['box'],
    answered: { id: SANDBOX_ID },
  },
  {
    tool: 'sandbox_ancestors',
    given: { sandbox: 'box' },
    plan: { forks: { ancestors: async () => [] } },
    operation: 'forks.ancestors',
    passed: ['box'],
    answered: { items: [] },
  },
  {
    tool: 'sandbox_backup',
    given: { sandbox: 'box' },
    plan: { archives: { backup: async () => backup } },
    operation: 'archives.backup',
    passed: ['box'],
    answered: backup,
  },
  {
    tool: 'sandbox_archive',
    given: { sandbox: 'box' },
    plan: { archives: { archive: async () => sandboxFixture({ state: 'archived' }) } },
    operation: 'archives.archive',
    passed: ['box'],
    answered: { id: SANDBOX_ID, state: 'archived' },
  },
  {
    tool: 'sandbox_snapshot',
    given: { sandbox: 'box', name: 'mine' },
    plan: { snapshots: { fromSandbox: async () => ({ ...snapshot, name: 'mine', pausedMs: 5 }) } },
    operation: 'snapshots.fromSandbox',
    passed: ['box', 'mine'],
    answered: { name: 'mine', pausedMs: 5, state: 'active' },
  },
  {
    tool: 'snapshot_list',
    given: { name: 'd', limit: 5 },
    plan: { snapshots: { list: async () => ({ items: [snapshot], total: 1, page: 1, totalPages: 1 }) } },
    operation: 'snapshots.list',
    passed: [{ name: 'd', limit: 5 }],
    answered: { items: [snapshot], total: 1 },
  },
  {
    tool: 'snapshot_get',
    given: { snapshot: 'default' },
    plan: { snapshots: { get: async () => snapshot } },
    operation: 'snapshots.get',
    passed: ['default'],
    answered: snapshot,
  },
  {
    tool: 'snapshot_delete',
    given: { snapshot: 'mine' },
    plan: { snapshots: { delete: async () => ({ ...snapshot, name: 'mine', state: 'removing' as const }) } },
    operation: 'snapshots.delete',
    passed: ['mine'],
    answered: { name: 'mine', state: 'removing' },
  },
  {
    tool: 'sandbox_exec',
    given: { sandbox: 'box', command: 'exit 3', cwd: '/tmp', user: 'root', stdin: 'hi', timeoutSeconds: 5 },
    plan: { exec: { exec: async () => execResult } },
    operation: 'exec.exec',
    passed: ['box', { command: 'exit 3', cwd: '/tmp', user: 'root', stdin: 'hi', timeoutSeconds: 5 }],
    answered: { ...execResult },
  },
  {
    tool: 'sandbox_read_file',
    given: { sandbox: 'box', path: '/a', offset: 1, limit: 5 },
    plan: { files: { read: async () => content } },
    operation: 'files.read',
    passed: ['box', { path: '/a', offset: 1, limit: 5 }],
    answered: content,
  },
  {
    tool: 'sandbox_write_file',
    given: { sandbox: 'box', path: '/a', content: 'x\n', mode: '0755', append: true },
    plan: { files: { write: async () => written } },
    operation: 'files.write',
    passed: ['box', { path: '/a', content: 'x\n', mode: '0755', append: true }],
    answered: written,
  },
  {
    tool: 'sandbox_list_files',
    given: { sandbox: 'box', path: '/', depth: 2 },
    plan: { files: { list: async () => listing } },
    operation: 'files.list',
    passed: ['box', { path: '/', depth: 2 }],
    answered: listing,
  },
];

it.each(cases)('$tool passes its input on and answers the same facts twice', async (planned) => {
  const fake = fakeBackend(planned.plan);
  await open(fake);
  // Listing makes the client check every structured answer against the published schema.
  await client.listTools();
  const { isError, text, structured } = await call(client, planned.tool, planned.given);
  expect(text).toBe(JSON.stringify(structured));
  expect(isError).toBe(false);
  expect(structured).toMatchObject(planned.answered);
  expect(fake.calls).toEqual([{ operation: planned.operation, arguments: planned.passed }]);
});

it('has a case for every tool', () => {
  expect(cases.map(({ tool }) => tool)).toEqual(tools.map(({ name }) => name));
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

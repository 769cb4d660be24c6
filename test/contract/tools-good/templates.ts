/** Good calls of the tools for templates. */
import { snapshotFixture } from '../../support/snapshot-fixture.ts';
import type { GoodCall } from './good-call.ts';

const snapshot = snapshotFixture();
const logs = { state: 'build_failed', logs: 'Step 1/1\n', totalBytes: 9, truncated: false };
const url = { url: 'file:///state/build-logs/x.log' };
const build = {
  dockerfileContent: 'FROM debian:12.9\nCOPY a /a\n',
  context: [{ path: 'a', content: 'eA==', encoding: 'base64' as const }],
};

export const templateCases: readonly GoodCall[] = [
  {
    tool: 'snapshot_create',
    given: { name: 'mine', buildInfo: build, memory: 2, pool: 2 },
    plan: { snapshots: { create: async () => snapshotFixture({ name: 'mine', state: 'building' }) } },
    operation: 'snapshots.create',
    passed: [{ name: 'mine', buildInfo: build, memory: 2, pool: 2 }],
    answered: { name: 'mine', state: 'building' },
  },
  {
    tool: 'snapshot_activate',
    given: { snapshot: 'mine' },
    plan: { snapshots: { activate: async () => snapshotFixture({ name: 'mine' }) } },
    operation: 'snapshots.activate',
    passed: ['mine'],
    answered: { name: 'mine', state: 'active' },
  },
  {
    tool: 'snapshot_deactivate',
    given: { snapshot: 'mine' },
    plan: { snapshots: { deactivate: async () => snapshotFixture({ name: 'mine', state: 'inactive' }) } },
    operation: 'snapshots.deactivate',
    passed: ['mine'],
    answered: { name: 'mine', state: 'inactive' },
  },
  {
    tool: 'snapshot_build_logs',
    given: { snapshot: 'mine', maxBytes: 100 },
    plan: { builds: { snapshotLogs: async () => logs } },
    operation: 'builds.snapshotLogs',
    passed: ['mine', { maxBytes: 100 }],
    answered: logs,
  },
  {
    tool: 'snapshot_build_logs_url',
    given: { snapshot: 'mine' },
    plan: { builds: { snapshotLogsUrl: async () => url } },
    operation: 'builds.snapshotLogsUrl',
    passed: ['mine'],
    answered: url,
  },
  {
    tool: 'sandbox_build_logs',
    given: { sandbox: 'box' },
    plan: { builds: { sandboxLogs: async () => logs } },
    operation: 'builds.sandboxLogs',
    passed: ['box', {}],
    answered: logs,
  },
  {
    tool: 'sandbox_build_logs_url',
    given: { sandbox: 'box' },
    plan: { builds: { sandboxLogsUrl: async () => url } },
    operation: 'builds.sandboxLogsUrl',
    passed: ['box'],
    answered: url,
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
];

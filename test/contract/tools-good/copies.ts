/** Good calls of the tools for copies of a sandbox: forks, backups, archives, snapshots. */
import { expect } from 'vitest';
import { SANDBOX_ID, sandboxFixture } from '../../support/sandbox-fixture.ts';
import { snapshotFixture } from '../../support/snapshot-fixture.ts';
import type { GoodCall } from './good-call.ts';

const snapshot = snapshotFixture();
const box = sandboxFixture();
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

export const copiesCases: readonly GoodCall[] = [
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
];

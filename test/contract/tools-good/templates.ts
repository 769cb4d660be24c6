/** Good calls of the tools for templates. */
import { snapshotFixture } from '../../support/snapshot-fixture.ts';
import type { GoodCall } from './good-call.ts';

const snapshot = snapshotFixture();

export const templateCases: readonly GoodCall[] = [
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

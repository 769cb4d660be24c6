/**
 * The making of sandboxes and templates that outlasts its call, for clients that follow tasks: it is found by what is being
 * made, whose state says when it is over. To cancel the task leaves that as it is; deleting it ends the making.
 */
import type { Snapshot, SnapshotOutcome } from '../schemas/copies.ts';
import type { CreatedSandbox, CreateSandbox } from '../schemas/create-sandbox.ts';
import type { CreateSnapshot } from '../schemas/create-snapshot.ts';
import type { Sandbox } from '../schemas/sandbox.ts';
import { requireGroup } from '../src/backend/port.ts';
import type { ToolWork, WorkReference } from './define-tool.ts';

const makingSandbox: ReadonlySet<Sandbox['state']> = new Set<Sandbox['state']>([
  'creating',
  'pending_build',
  'building_snapshot',
  'pulling_snapshot',
  'starting',
]);
const makingSnapshot: ReadonlySet<Snapshot['state']> = new Set<Snapshot['state']>([
  'pending',
  'pulling',
  'building',
  'snapshotting',
]);

const idOf = ({ id }: WorkReference): string => String(id);

export const sandboxCreation: ToolWork<typeof CreateSandbox, typeof CreatedSandbox> = {
  begun: (_input, { id, state }) => (makingSandbox.has(state) ? { id } : null),
  async look(reference, { backend, context }) {
    const sandbox = await requireGroup(backend, 'lifecycle').get(idOf(reference), context);
    const { name, state, createdAt, updatedAt } = sandbox;
    if (makingSandbox.has(state)) return { status: 'working', message: `Sandbox ${name} is ${state}.` };
    const tookMs = Math.max(0, Date.parse(updatedAt) - Date.parse(createdAt));
    const value = { ...sandbox, startedFrom: 'cold' as const, tookMs };
    return { status: 'completed', value, endedAt: updatedAt, stopped: false };
  },
  cancel: async () => {},
};

export const snapshotCreation: ToolWork<typeof CreateSnapshot, typeof SnapshotOutcome> = {
  begun: (_input, { id, state }) => (makingSnapshot.has(state) ? { id } : null),
  async look(reference, { backend, context }) {
    const snapshot = await requireGroup(backend, 'snapshots').get(idOf(reference), context);
    const { name, state, updatedAt } = snapshot;
    if (makingSnapshot.has(state)) return { status: 'working', message: `Snapshot ${name} is ${state}.` };
    return { status: 'completed', value: snapshot, endedAt: updatedAt, stopped: false };
  },
  cancel: async () => {},
};

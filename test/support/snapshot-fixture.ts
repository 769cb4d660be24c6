/** A snapshot with every field, for fakes. */
import type { Snapshot } from '../../schemas/copies.ts';

export function snapshotFixture(over: Partial<Snapshot> = {}): Snapshot {
  return {
    id: 'default',
    name: 'default',
    imageName: null,
    general: true,
    state: 'active',
    errorReason: null,
    size: 0.3,
    cpu: 1,
    mem: 1,
    pool: null,
    sourceSandboxId: null,
    createdAt: null,
    updatedAt: null,
    lastUsedAt: null,
    ...over,
  };
}

/** Records for the unit tests of the engine. */

import { defaultNetwork } from '../../../src/engine/network/policy.ts';
import type { SandboxRecord } from '../../../src/engine/store/records.ts';
import { asContainerId, newSandboxId } from '../../../src/ids.ts';

export function makeRecord(change: Partial<SandboxRecord> = {}): SandboxRecord {
  const id = change.id ?? newSandboxId();
  return {
    id,
    organizationId: null,
    name: id,
    snapshot: 'default',
    imageId: 'sha256:0',
    build: null,
    user: 'daytona',
    env: {},
    labels: {},
    public: false,
    cpu: 1,
    memoryGiB: 1,
    state: 'started',
    desiredState: 'started',
    errorReason: null,
    recoverable: false,
    backupState: 'None',
    autoStopMinutes: 15,
    autoArchiveMinutes: 10_080,
    autoDeleteMinutes: -1,
    destroyAt: null,
    createdAt: 1_000,
    updatedAt: 1_000,
    lastActivityAt: 1_000,
    stoppedAt: null,
    network: defaultNetwork,
    containerId: asContainerId('a'.repeat(64)),
    parentId: null,
    volumes: [],
    archive: null,
    forkPoint: null,
    signingKey: null,
    generation: 1,
    ...change,
  };
}

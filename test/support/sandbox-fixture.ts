/** A sandbox with every required field, for fakes. */
import type { Sandbox } from '../../schemas/sandbox.ts';

export const SANDBOX_ID = '6f1d7f0e-6f3c-4a55-9c0e-0d7a3d1c2b3a';

export function sandboxFixture(over: Partial<Sandbox> = {}): Sandbox {
  return {
    id: SANDBOX_ID,
    organizationId: '11111111-1111-4111-8111-111111111111',
    name: 'box',
    snapshot: 'default',
    user: 'daytona',
    env: {},
    labels: {},
    public: false,
    networkBlockAll: false,
    target: 'local',
    cpu: 1,
    gpu: 0,
    memory: 1,
    disk: 3,
    state: 'started',
    desiredState: 'started',
    errorReason: null,
    recoverable: false,
    backupState: 'None',
    backupCreatedAt: null,
    autoStopInterval: 15,
    autoArchiveInterval: 10_080,
    autoDeleteInterval: -1,
    volumes: [],
    createdAt: '2026-05-01T10:00:00.000Z',
    updatedAt: '2026-05-01T10:00:00.000Z',
    class: 'small',
    sandboxClass: 'container',
    toolboxProxyUrl: '',
    kvm: false,
    ...over,
  };
}

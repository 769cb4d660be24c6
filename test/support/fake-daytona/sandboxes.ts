/** The sandboxes of the fake: their records as the public server 0.190 answers them, and their states over time. */
import { randomUUID } from 'node:crypto';

export interface FakeSandbox {
  [field: string]: unknown;
  id: string;
  name: string;
  state: string;
  desiredState: string;
  labels: Record<string, string>;
  env: Record<string, string>;
  autoDeleteInterval: number;
}

const iso = (): string => new Date().toISOString();

export function newSandbox(body: Readonly<Record<string, unknown>>, toolboxProxyUrl: string): FakeSandbox {
  const id = randomUUID();
  return {
    user: 'daytona',
    env: {},
    labels: {},
    public: false,
    networkBlockAll: false,
    autoStopInterval: 15,
    autoArchiveInterval: 10_080,
    autoDeleteInterval: -1,
    volumes: [],
    name: id,
    ...body,
    id,
    organizationId: randomUUID(),
    snapshot: 'daytonaio/sandbox:0.5.0',
    target: 'us',
    cpu: 1,
    gpu: 0,
    memory: 1,
    disk: 3,
    state: 'creating',
    desiredState: 'started',
    recoverable: false,
    backupState: 'None',
    sandboxClass: 'container',
    createdAt: iso(),
    updatedAt: iso(),
    lastActivityAt: iso(),
    runnerId: randomUUID(),
    toolboxProxyUrl,
  };
}

/** What an operation leads to, a moment later. */
export const settled: Readonly<Record<string, string>> = {
  creating: 'started',
  starting: 'started',
  stopping: 'stopped',
  archiving: 'archived',
  resizing: 'started',
  snapshotting: 'started',
  destroying: 'destroyed',
};

/** A sandbox as the API answers it (Daytona document v0.205 with the additions up to 0.220, schema `Sandbox`). */
import { z } from 'zod';
import { NetworkPolicyInForce } from './network.ts';
import { BackupState, SandboxDesiredState, SandboxState } from './state.ts';
import { Timestamp } from './timestamp.ts';

export { Timestamp };

export const SandboxVolume = z.object({
  volumeId: z.string(),
  mountPath: z.string(),
  subpath: z.string().optional(),
});

export const BuildInfo = z.object({
  dockerfileContent: z.string().optional(),
  contextHashes: z.array(z.string()).optional(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  snapshotRef: z.string(),
});

export const Sandbox = z.object({
  id: z.uuid(),
  organizationId: z.uuid(),
  name: z.string(),
  snapshot: z.string().optional(),
  user: z.string(),
  env: z.record(z.string(), z.string()),
  labels: z.record(z.string(), z.string()),
  public: z.boolean(),
  networkBlockAll: z.boolean(),
  networkAllowList: z.string().nullable().optional(),
  domainAllowList: z.string().nullable().optional(),
  networkPolicy: NetworkPolicyInForce.optional(),
  outboundProxyUrl: z.string().nullable().optional(),
  otelEndpointOverride: z.string().nullable().optional(),
  target: z.string(),
  cpu: z.number().describe('cores'),
  gpu: z.number(),
  gpuType: z.string().optional(),
  spot: z.boolean().optional(),
  spotEvictedAt: Timestamp.nullable().optional(),
  memory: z.number().describe('GiB'),
  disk: z.number().describe('GiB'),
  state: SandboxState,
  desiredState: SandboxDesiredState,
  errorReason: z.string().nullable(),
  recoverable: z.boolean(),
  warmPoolId: z.string().nullable().optional(),
  backupState: BackupState,
  backupCreatedAt: Timestamp.nullable(),
  autoStopInterval: z.number().int().describe('minutes, 0 = never'),
  autoPauseInterval: z.number().int().optional().describe('minutes, 0 = never'),
  autoArchiveInterval: z.number().int().describe('minutes'),
  autoDeleteInterval: z.number().int().describe('minutes; negative = never, 0 = at stop'),
  autoDestroyAt: Timestamp.nullable().optional(),
  volumes: z.array(SandboxVolume),
  buildInfo: BuildInfo.optional(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  lastActivityAt: Timestamp.optional(),
  class: z.string().describe('deprecated by the API, always "small"'),
  sandboxClass: z.enum(['linux-vm', 'container', 'android', 'windows']),
  daemonVersion: z.string().optional(),
  runnerId: z.string().optional(),
  linkedSandboxId: z.string().nullable().optional(),
  toolboxProxyUrl: z.string(),
  kvm: z.boolean(),
  queueTimeout: z.number().nullable().optional(),
  queueTimedOutAt: Timestamp.nullable().optional(),
});
export type Sandbox = z.infer<typeof Sandbox>;

/** The short form in lists: what one needs to choose a sandbox. */
export const SandboxSummary = Sandbox.pick({
  id: true,
  name: true,
  state: true,
  snapshot: true,
  labels: true,
  cpu: true,
  memory: true,
  autoStopInterval: true,
  createdAt: true,
  lastActivityAt: true,
  errorReason: true,
});
export type SandboxSummary = z.infer<typeof SandboxSummary>;

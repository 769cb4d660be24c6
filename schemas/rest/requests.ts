/** Bodies of requests to the REST surface, as the API takes them: unknown fields are ignored, null means absent. */
import { z } from 'zod';
import { MAX_DOCKERFILE_CHARACTERS } from '../build.ts';
import { SnapshotName } from '../copies.ts';
import { CreateSandbox, EnvironmentVariables, Labels, SandboxName } from '../create-sandbox.ts';
import { ImageName, MAX_SNAPSHOT_POOL } from '../create-snapshot.ts';
import { MountPath } from '../mount-path.ts';
import { networkFields } from '../network.ts';
import { ResizeSandbox } from '../settings.ts';
import { maybe } from './common.ts';

const { shape: sandbox } = CreateSandbox;
const minutes = z.number().int();

export const ApiSandboxVolume = z.object({
  volumeId: z.string().min(1).max(128),
  mountPath: MountPath,
  subpath: maybe(z.string().max(4096)),
});

export const ApiCreateBuildInfo = z.object({
  dockerfileContent: z.string().min(1).max(MAX_DOCKERFILE_CHARACTERS),
  contextHashes: maybe(z.array(z.string()).max(1000)),
});

export const ApiCreateSandbox = z.object({
  name: maybe(SandboxName),
  snapshot: maybe(z.string().max(256)),
  user: maybe(z.string().min(1).max(32)),
  env: maybe(EnvironmentVariables),
  labels: maybe(Labels),
  public: maybe(z.boolean()),
  networkBlockAll: maybe(networkFields.networkBlockAll.unwrap()),
  networkAllowList: maybe(networkFields.networkAllowList.unwrap()),
  domainAllowList: maybe(networkFields.domainAllowList.unwrap()),
  class: maybe(z.string()),
  target: maybe(z.string().max(256)),
  cpu: maybe(z.number().min(0).max(1024)),
  gpu: maybe(z.number().min(0).max(64)),
  memory: maybe(z.number().min(0).max(16_384)),
  disk: maybe(z.number().min(0).max(65_536)),
  autoStopInterval: maybe(minutes),
  autoPauseInterval: maybe(minutes),
  autoArchiveInterval: maybe(minutes),
  autoDeleteInterval: maybe(minutes),
  ttlMinutes: maybe(minutes),
  volumes: maybe(z.array(ApiSandboxVolume).max(32)),
  buildInfo: maybe(ApiCreateBuildInfo),
  linkedSandbox: maybe(z.string().max(256)),
  secrets: maybe(z.array(z.record(z.string(), z.string())).max(100)),
  outboundProxyUrl: maybe(z.string().max(2048)),
  otelEndpointOverride: maybe(z.string().max(2048)),
  spot: maybe(z.boolean()),
});
export type ApiCreateSandbox = z.infer<typeof ApiCreateSandbox>;

export const ApiResizeSandbox = z.object({
  cpu: maybe(ResizeSandbox.shape.cpu.unwrap()),
  memory: maybe(ResizeSandbox.shape.memory.unwrap()),
  disk: maybe(ResizeSandbox.shape.disk.unwrap()),
});

export const ApiSandboxLabels = z.object({ labels: maybe(Labels) });
export const ApiForkSandbox = z.object({ name: maybe(SandboxName) });
export const ApiCreateSandboxSnapshot = z.object({
  name: SnapshotName,
  includeMemory: maybe(z.boolean()),
});
export const ApiNetworkSettings = z.object({
  networkBlockAll: maybe(networkFields.networkBlockAll.unwrap()),
  networkAllowList: maybe(networkFields.networkAllowList.unwrap()),
  domainAllowList: maybe(networkFields.domainAllowList.unwrap()),
});
export const ApiUpdateLastActivity = z.object({ activityType: maybe(z.string().max(256)) });
export const ApiUpdateSecrets = z.object({
  secrets: z.array(z.record(z.string(), z.string())).max(100),
});

export const ApiCreateSnapshot = z.object({
  name: SnapshotName,
  imageName: maybe(ImageName),
  entrypoint: maybe(z.array(z.string()).max(100)),
  cpu: maybe(sandbox.cpu.unwrap()),
  gpu: maybe(z.number().min(0).max(64)),
  memory: maybe(sandbox.memory.unwrap()),
  disk: maybe(z.number().min(0).max(65_536)),
  buildInfo: maybe(ApiCreateBuildInfo),
  regionId: maybe(z.string().max(256)),
  sandboxClass: maybe(z.string().max(64)),
});

export const ApiCreateVolume = z.object({ name: SandboxName });

export const ApiCreateWarmPool = z.object({
  snapshot: z.string().min(1).max(256),
  pool: z.number().int().min(1).max(MAX_SNAPSHOT_POOL),
  target: maybe(z.string().max(256)),
});
export const ApiUpdateWarmPool = z.object({ pool: z.number().int().min(0).max(MAX_SNAPSHOT_POOL) });

export const apiPermissions = [
  'write:registries',
  'delete:registries',
  'write:snapshots',
  'delete:snapshots',
  'write:sandboxes',
  'delete:sandboxes',
  'read:volumes',
  'write:volumes',
  'delete:volumes',
  'write:regions',
  'delete:regions',
  'read:runners',
  'write:runners',
  'delete:runners',
  'read:audit_logs',
] as const;
export type ApiPermission = (typeof apiPermissions)[number];

export const ApiCreateApiKey = z.object({
  name: z
    .string()
    .min(1)
    .max(128)
    .regex(/^[^\p{Cc}]+$/u, 'must not contain control characters'),
  permissions: z.array(z.enum(apiPermissions)).max(apiPermissions.length),
  expiresAt: maybe(z.iso.datetime({ offset: true })),
});

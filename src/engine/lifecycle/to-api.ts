/** From a record to what the API answers. */
import type { Sandbox, SandboxSummary } from '../../../schemas/sandbox.ts';
import { toTimestamp } from '../../clock.ts';
import type { EngineContext } from '../context.ts';
import { toPolicy } from '../network/policy.ts';
import type { SandboxRecord } from '../store/records.ts';
import { LOCAL_TARGET } from './check-create.ts';

/** Daytona gives every sandbox a disk size; here it is the host's disk and no quota holds it. */
export const UNLIMITED_DISK = 0;
export const SANDBOX_CLASS = 'container';

const buildOf = (record: SandboxRecord, dockerfile: string): Sandbox['buildInfo'] => ({
  dockerfileContent: dockerfile,
  createdAt: toTimestamp(record.createdAt),
  updatedAt: toTimestamp(record.updatedAt),
  snapshotRef: record.snapshot,
});

/** Every field of the API's Sandbox. `toolboxProxyUrl` stays empty until the owner serves the toolbox. */
export function toApiSandbox(
  { organizationId, owner, network }: Pick<EngineContext, 'organizationId' | 'owner' | 'network'>,
  record: SandboxRecord,
): Sandbox {
  return {
    id: record.id,
    organizationId: record.organizationId ?? organizationId,
    name: record.name,
    snapshot: record.snapshot,
    user: record.user,
    env: record.env,
    labels: record.labels,
    public: record.public,
    networkBlockAll: record.network.blockAll,
    networkAllowList: record.network.allowList,
    domainAllowList: record.network.domainAllowList,
    networkPolicy: {
      outbound: network.enforces ? toPolicy(record.network).outbound : 'unfiltered',
      openRanges: [...network.openRanges],
    },
    outboundProxyUrl: null,
    otelEndpointOverride: null,
    target: LOCAL_TARGET,
    cpu: record.cpu,
    gpu: 0,
    spot: false,
    spotEvictedAt: null,
    memory: record.memoryGiB,
    disk: UNLIMITED_DISK,
    state: record.state,
    desiredState: record.desiredState,
    errorReason: record.errorReason,
    recoverable: record.recoverable,
    warmPoolId: null,
    backupState: record.backupState,
    backupCreatedAt: null,
    autoStopInterval: record.autoStopMinutes,
    autoPauseInterval: 0,
    autoArchiveInterval: record.autoArchiveMinutes,
    autoDeleteInterval: record.autoDeleteMinutes,
    autoDestroyAt: record.destroyAt === null ? null : toTimestamp(record.destroyAt),
    volumes: record.volumes,
    ...(record.build === null ? {} : { buildInfo: buildOf(record, record.build.dockerfile) }),
    createdAt: toTimestamp(record.createdAt),
    updatedAt: toTimestamp(record.updatedAt),
    lastActivityAt: toTimestamp(record.lastActivityAt),
    class: 'small',
    sandboxClass: SANDBOX_CLASS,
    runnerId: owner,
    linkedSandboxId: null,
    toolboxProxyUrl: '',
    kvm: false,
    queueTimeout: null,
    queueTimedOutAt: null,
  };
}

export function toSummary(record: SandboxRecord): SandboxSummary {
  return {
    id: record.id,
    name: record.name,
    state: record.state,
    snapshot: record.snapshot,
    labels: record.labels,
    cpu: record.cpu,
    memory: record.memoryGiB,
    autoStopInterval: record.autoStopMinutes,
    createdAt: toTimestamp(record.createdAt),
    lastActivityAt: toTimestamp(record.lastActivityAt),
    errorReason: record.errorReason,
  };
}

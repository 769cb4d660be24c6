/** The Sandbox of a server, old or new, as our own: absent fields get what their absence means. */
import { z } from 'zod';
import { NetworkPolicyInForce } from '../../../schemas/network.ts';
import type { Sandbox, SandboxSummary } from '../../../schemas/sandbox.ts';
import { BackupState, SandboxDesiredState, sandboxStates } from '../../../schemas/state.ts';
import { MaybeMoment, Moment, NO_ORGANIZATION, NO_TIME, orElse, orNull, wordOf } from './values.ts';

const Texts = z.record(z.string(), z.string());
const number = orElse(z.number(), 0);
const flag = orElse(z.boolean(), false);

const WireVolume = z.looseObject({
  volumeId: z.string(),
  mountPath: z.string(),
  subpath: orNull(z.string()),
});

const WireBuild = z.looseObject({
  dockerfileContent: z.string().optional(),
  contextHashes: z.array(z.string()).nullish(),
  createdAt: MaybeMoment,
  updatedAt: MaybeMoment,
  snapshotRef: orElse(z.string(), ''),
});

/** What every form of a sandbox has: the short one in lists too. */
export const WireSandbox = z.looseObject({
  id: z.uuid(),
  organizationId: orElse(z.uuid(), NO_ORGANIZATION),
  name: orNull(z.string()),
  snapshot: orNull(z.string()),
  user: orElse(z.string(), 'daytona'),
  env: orElse(Texts, {}),
  labels: orElse(Texts, {}),
  public: flag,
  networkBlockAll: flag,
  networkAllowList: orNull(z.string()),
  domainAllowList: z.string().nullish(),
  networkPolicy: NetworkPolicyInForce.optional().catch(undefined),
  target: orElse(z.string(), ''),
  cpu: number,
  gpu: number,
  gpuType: orNull(z.string()),
  memory: number,
  disk: number,
  state: orElse(wordOf(sandboxStates, 'unknown'), 'unknown'),
  desiredState: orNull(SandboxDesiredState.or(z.string().transform(() => null))),
  errorReason: orNull(z.string()),
  recoverable: flag,
  warmPoolId: orNull(z.string()),
  backupState: orElse(wordOf(BackupState.options, 'None'), 'None'),
  backupCreatedAt: MaybeMoment,
  autoStopInterval: orElse(z.number().int(), 0),
  autoPauseInterval: orElse(z.number().int(), 0),
  autoArchiveInterval: orElse(z.number().int(), 0),
  autoDeleteInterval: orElse(z.number().int(), -1),
  autoDestroyAt: MaybeMoment,
  volumes: orElse(z.array(WireVolume), []),
  buildInfo: orNull(WireBuild),
  createdAt: orNull(Moment),
  updatedAt: orNull(Moment),
  lastActivityAt: orNull(Moment),
  sandboxClass: orElse(wordOf(['linux-vm', 'container', 'android', 'windows'], 'container'), 'container'),
  daemonVersion: orNull(z.string()),
  runnerId: orNull(z.string()),
  linkedSandboxId: orNull(z.string()),
  toolboxProxyUrl: orElse(z.string(), ''),
  kvm: flag,
  // Of a Thaw server, beside the API's own.
  startedFrom: z.enum(['warm', 'cold']).optional().catch(undefined),
  tookMs: z.number().optional().catch(undefined),
});
export type WireSandbox = z.output<typeof WireSandbox>;

/** Where a sandbox goes when its server does not say. */
const desired: Readonly<Partial<Record<WireSandbox['state'], Sandbox['desiredState']>>> = {
  stopped: 'stopped',
  stopping: 'stopped',
  archived: 'archived',
  archiving: 'archived',
  destroyed: 'destroyed',
  destroying: 'destroyed',
  paused: 'paused',
  pausing: 'paused',
};

const toBuild = (build: NonNullable<WireSandbox['buildInfo']>): NonNullable<Sandbox['buildInfo']> => ({
  ...(build.dockerfileContent === undefined ? {} : { dockerfileContent: build.dockerfileContent }),
  ...(build.contextHashes ? { contextHashes: build.contextHashes } : {}),
  createdAt: build.createdAt ?? NO_TIME,
  updatedAt: build.updatedAt ?? build.createdAt ?? NO_TIME,
  snapshotRef: build.snapshotRef,
});

const given = <Key extends string, Value>(key: Key, value: Value | null): Partial<Record<Key, Value>> => {
  const result: Partial<Record<Key, Value>> = {};
  if (value !== null) result[key] = value;
  return result;
};

export function toSandbox(wire: WireSandbox): Sandbox {
  const { startedFrom: _from, tookMs: _took, networkPolicy, ...fields } = wire;
  const createdAt = wire.createdAt ?? wire.updatedAt ?? NO_TIME;
  return {
    ...fields,
    name: wire.name ?? wire.id,
    desiredState: wire.desiredState ?? desired[wire.state] ?? 'started',
    domainAllowList: wire.domainAllowList ?? null,
    snapshot: wire.snapshot ?? undefined,
    gpuType: wire.gpuType ?? undefined,
    volumes: wire.volumes.map(({ volumeId, mountPath, subpath }) => ({
      volumeId,
      mountPath,
      ...given('subpath', subpath),
    })),
    buildInfo: wire.buildInfo === null ? undefined : toBuild(wire.buildInfo),
    createdAt,
    updatedAt: wire.updatedAt ?? createdAt,
    lastActivityAt: wire.lastActivityAt ?? undefined,
    class: 'small',
    daemonVersion: wire.daemonVersion ?? undefined,
    runnerId: wire.runnerId ?? undefined,
    ...(networkPolicy === undefined ? {} : { networkPolicy }),
  };
}

export function toSummary(wire: WireSandbox): SandboxSummary {
  const {
    id,
    name,
    state,
    snapshot,
    labels,
    cpu,
    memory,
    autoStopInterval,
    createdAt,
    lastActivityAt,
    errorReason,
  } = toSandbox(wire);
  return {
    id,
    name,
    state,
    snapshot,
    labels,
    cpu,
    memory,
    autoStopInterval,
    createdAt,
    lastActivityAt,
    errorReason,
  };
}

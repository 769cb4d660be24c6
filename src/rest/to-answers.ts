/** From what the backend answers to what the API does: which fields are there, which are null, and which are left out. */
import type { Snapshot } from '../../schemas/copies.ts';
import type { ApiSandbox, ApiSandboxListItem, ApiSnapshot } from '../../schemas/rest/answers.ts';
import type { Sandbox } from '../../schemas/sandbox.ts';

/** What answers need to know of this server. */
export interface ServerFacts {
  /** As `http://127.0.0.1:4440`, without a slash at its end. */
  readonly url: () => string;
  /** When the owner began: what has no time of its own began then. An API timestamp. */
  readonly startedAt: string;
}

export function toSandbox(sandbox: Sandbox, { url }: ServerFacts): ApiSandbox {
  return {
    ...sandbox,
    // Null in Thaw where the API leaves a field out.
    outboundProxyUrl: sandbox.outboundProxyUrl ?? undefined,
    otelEndpointOverride: sandbox.otelEndpointOverride ?? undefined,
    spotEvictedAt: sandbox.spotEvictedAt ?? undefined,
    warmPoolId: sandbox.warmPoolId ?? undefined,
    backupCreatedAt: sandbox.backupCreatedAt ?? undefined,
    autoDestroyAt: sandbox.autoDestroyAt ?? undefined,
    linkedSandboxId: sandbox.linkedSandboxId ?? undefined,
    queueTimeout: sandbox.queueTimeout ?? undefined,
    queueTimedOutAt: sandbox.queueTimedOutAt ?? undefined,
    toolboxProxyUrl: `${url()}/toolbox`,
  };
}

/** Right after a create the API has no nulls, and a build has not begun. */
export function toCreated(sandbox: Sandbox, facts: ServerFacts): ApiSandbox {
  const { networkAllowList, domainAllowList, errorReason, ...rest } = toSandbox(sandbox, facts);
  return {
    ...rest,
    state: rest.state === 'building_snapshot' ? 'pending_build' : rest.state,
    ...(typeof networkAllowList === 'string' ? { networkAllowList } : {}),
    ...(typeof domainAllowList === 'string' ? { domainAllowList } : {}),
    ...(typeof errorReason === 'string' ? { errorReason } : {}),
  };
}

/** What is gone is answered as on its way, under a name that it can not be found by any more. */
export function toDestroying(sandbox: Sandbox, facts: ServerFacts, nowMs: number): ApiSandbox {
  const { lastActivityAt: _, ...rest } = toSandbox(sandbox, facts);
  return {
    ...rest,
    name: `DESTROYED_${sandbox.name}_${nowMs}`,
    state: 'destroying',
    desiredState: 'destroyed',
  };
}

export function toListItem(sandbox: ApiSandbox): ApiSandboxListItem {
  const {
    env: _env,
    volumes: _volumes,
    buildInfo: _build,
    linkedSandboxId: _linked,
    backupCreatedAt: _backup,
    outboundProxyUrl: _proxy,
    otelEndpointOverride: _otel,
    ...item
  } = sandbox;
  return item;
}

export function toSnapshot(snapshot: Snapshot, { startedAt }: ServerFacts): ApiSnapshot {
  const { imageName, createdAt, updatedAt, pool: _, ...rest } = snapshot;
  return {
    ...rest,
    ...(imageName === null ? {} : { imageName }),
    entrypoint: null,
    gpu: 0,
    disk: 0,
    createdAt: createdAt ?? startedAt,
    updatedAt: updatedAt ?? startedAt,
    regionIds: ['local'],
    sandboxClass: 'container',
  };
}

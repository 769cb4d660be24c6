/** The first record of a sandbox: what the caller asked for over what Thaw gives by default. */
import type { CreateSandbox } from '../../../schemas/create-sandbox.ts';
import { ThawError } from '../../errors.ts';
import type { SandboxId } from '../../ids.ts';
import type { EngineContext } from '../context.ts';
import { requestedNetwork } from '../network/policy.ts';
import { type Caller, organizationOf } from '../organizations.ts';
import type { Snapshot, SnapshotTraits } from '../snapshot/snapshots.ts';
import type { SandboxRecord } from '../store/records.ts';
import { resolveVolumes } from '../volumes/mounts.ts';
import { clampArchiveMinutes } from './archive-interval.ts';

/** Daytona's defaults: archived after seven days, never deleted. */
const AUTO_ARCHIVE_MINUTES = 10_080;
const AUTO_DELETE_NEVER = -1;
const MINUTE_MS = 60_000;

/** Throws `invalid_argument` for a user that the snapshot does not have. Numbers need no entry in its passwd file. */
export function checkUser(user: string, traits: SnapshotTraits): void {
  if (traits.users.includes(user) || /^\d+$/.test(user)) return;
  throw new ThawError(
    'invalid_argument',
    `user: the snapshot has no user ${user}. It has: ${traits.users.join(', ')}.`,
  );
}

/** The API's default user where the snapshot has it, else the image's own, else root. */
export function defaultUser(context: EngineContext, { imageId }: Pick<Snapshot, 'imageId'>): string {
  const wanted = context.options.defaults.user;
  const traits = context.snapshots.traits(imageId);
  if (traits === null || traits.users.includes(wanted)) return wanted;
  return traits.user === '' ? 'root' : traits.user;
}

export function newRecord(
  context: EngineContext,
  id: SandboxId,
  input: CreateSandbox,
  snapshot: Omit<Snapshot, 'image'>,
  caller: Caller,
): SandboxRecord {
  const { defaults } = context.options;
  const now = context.clock.now();
  return {
    id,
    organizationId: organizationOf(context.organizationId, caller),
    name: input.name ?? id,
    snapshot: snapshot.name,
    imageId: snapshot.imageId,
    build:
      input.buildInfo === undefined
        ? null
        : { id: snapshot.buildId ?? null, dockerfile: input.buildInfo.dockerfileContent },
    user: input.user ?? defaultUser(context, snapshot),
    env: input.env ?? {},
    labels: input.labels ?? {},
    public: input.public ?? false,
    cpu: input.cpu ?? snapshot.size?.cpu ?? defaults.cpu,
    memoryGiB: input.memory ?? snapshot.size?.memoryGiB ?? defaults.memoryGiB,
    state: 'creating',
    desiredState: 'started',
    errorReason: null,
    recoverable: false,
    backupState: 'None',
    autoStopMinutes: input.autoStopInterval ?? defaults.autoStopMinutes,
    autoArchiveMinutes:
      input.autoArchiveInterval === undefined
        ? AUTO_ARCHIVE_MINUTES
        : clampArchiveMinutes(input.autoArchiveInterval),
    autoDeleteMinutes: input.autoDeleteInterval ?? AUTO_DELETE_NEVER,
    destroyAt:
      input.ttlMinutes === undefined || input.ttlMinutes === 0 ? null : now + input.ttlMinutes * MINUTE_MS,
    createdAt: now,
    updatedAt: now,
    lastActivityAt: now,
    stoppedAt: null,
    containerId: null,
    network: requestedNetwork(input, context.network.closed),
    parentId: null,
    volumes: resolveVolumes(context, input.volumes, caller),
    archive: null,
    forkPoint: null,
    signingKey: null,
    generation: 1,
  };
}

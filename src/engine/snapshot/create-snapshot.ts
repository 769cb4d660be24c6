/** snapshot_create: checks what is asked, makes the template in the background, and waits for a while. */
import type { CreateSnapshot } from '../../../schemas/create-snapshot.ts';
import type { CallContext } from '../../backend/port.ts';
import { ThawError } from '../../errors.ts';
import { checkBuild } from '../build/build-context.ts';
import type { EngineContext } from '../context.ts';
import type { EngineInfo } from '../docker/port.ts';
import { requireGuest } from '../lifecycle/supervise.ts';
import { checkLimits } from '../limits.ts';
import type { Caller } from '../organizations.ts';
import type { Pools } from '../pool/pools.ts';
import type { SnapshotRecord } from '../store/records.ts';
import { waitUpTo } from '../wait-up-to.ts';
import { startMaking } from './make-template.ts';
import { newSnapshotRecord } from './snapshot-sandbox.ts';
import type { TemplateSource } from './template-source.ts';

/** Records that there may be, whatever their state. */
const MAX_SNAPSHOTS = 200;
const FAILED: ReadonlySet<string> = new Set(['error', 'build_failed']);

function refuse(field: string, reason: string, next?: string): never {
  throw new ThawError('unsupported', `${field}: ${reason}.`, next === undefined ? {} : { next });
}

function checkServed({ entrypoint = [], disk, gpu = 0 }: CreateSnapshot): void {
  if (entrypoint.length > 0) {
    refuse(
      'entrypoint',
      'the first process of a sandbox is the guest agent, so an entrypoint is not run',
      'Leave it out, and start programs with sandbox_exec.',
    );
  }
  if (disk !== undefined) refuse('disk', 'the storage driver has no disk quotas');
  if (gpu > 0) refuse('gpu', 'this engine has no GPUs');
}

function sourceOf({ registry }: EngineContext, input: CreateSnapshot, caller: Caller): TemplateSource {
  const { imageName, buildInfo, rootfs } = input;
  const given = [imageName, buildInfo, rootfs].filter((source) => source !== undefined);
  if (given.length > 1) {
    throw new ThawError('invalid_argument', 'A snapshot is made of one source, not of several.', {
      next: 'Give one of imageName, buildInfo and rootfs.',
    });
  }
  if (imageName !== undefined) return { kind: 'image', reference: imageName };
  if (buildInfo !== undefined) {
    checkBuild(buildInfo);
    return { kind: 'dockerfile', build: buildInfo };
  }
  if (rootfs !== undefined)
    return { kind: 'rootfs', sandbox: registry.find(rootfs.sandbox, caller), path: rootfs.path };
  throw new ThawError(
    'invalid_argument',
    'Must specify an image name when not using a build info entry (or a rootfs)',
    { next: 'Give one of imageName, buildInfo and rootfs; sandbox_snapshot makes one of a sandbox.' },
  );
}

/** Throws what speaks against a root file system before anything is noted. */
async function checkSource(
  context: EngineContext,
  source: TemplateSource,
  signal: AbortSignal,
): Promise<void> {
  if (source.kind !== 'rootfs') return;
  const { agent } = await requireGuest(context, source.sandbox);
  const scope = { user: source.sandbox.record.user, signal };
  const { type } = await agent.stat(source.path, scope);
  if (type !== 'file') throw new ThawError('not_a_file', `rootfs.path: ${source.path} is no regular file.`);
}

function pendingRecord(
  context: EngineContext,
  input: CreateSnapshot,
  source: TemplateSource,
  caller: Caller,
): SnapshotRecord {
  const { defaults } = context.options;
  return newSnapshotRecord(context, input.name, caller, {
    cpu: input.cpu ?? defaults.cpu,
    memoryGiB: input.memory ?? defaults.memoryGiB,
    pool: input.pool ?? null,
    ...(source.kind === 'image' ? { imageName: source.reference } : {}),
    ...(source.kind === 'rootfs' ? { sourceSandboxId: source.sandbox.record.id } : {}),
    ...(source.kind === 'dockerfile' ? { dockerfile: source.build.dockerfileContent } : {}),
  });
}

/** One that failed gives its name up to the next try. */
async function makeRoom(context: EngineContext, name: string, caller: Caller): Promise<void> {
  const { snapshots, buildLogs } = context;
  const earlier = snapshots.record(name, caller);
  if (earlier !== null && earlier.name === name && FAILED.has(earlier.state)) {
    snapshots.drop(earlier);
    await buildLogs.remove(earlier.id);
  }
  const count = snapshots.records().filter(({ buildKey }) => buildKey === null).length;
  if (count >= MAX_SNAPSHOTS) {
    throw new ThawError('capacity', `Snapshot quota exceeded. Maximum allowed: ${MAX_SNAPSHOTS}.`, {
      next: 'Delete snapshots that are no longer needed with snapshot_delete.',
    });
  }
}

/**
 * Answers the record as it is when it is made, or after a while. A caller that goes away while it waits takes it back.
 * Throws `invalid_argument`, `name_conflict`, `unsupported`, `capacity`; what fails later is told by the record.
 */
export async function createSnapshot(
  context: EngineContext,
  pools: Pools,
  info: EngineInfo,
  input: CreateSnapshot,
  call: CallContext,
): Promise<SnapshotRecord> {
  const { signal, progress } = call;
  checkServed(input);
  checkLimits(input, info);
  const source = sourceOf(context, input, call);
  await checkSource(context, source, signal);
  await makeRoom(context, input.name, call);
  const pending = pendingRecord(context, input, source, call);
  const making = startMaking(context, pending, source, progress ?? (() => undefined));
  context.background.run('fill the pool of a snapshot', async () => {
    await making.done;
    pools.open(pending.id);
  });
  const gaveUp = new ThawError('cancelled', 'The creation was cancelled; nothing was left behind.');
  await waitUpTo(context, making.done, call, () => making.cancel(gaveUp));
  return context.snapshots.byId(pending.id) ?? { ...pending, state: 'removing' };
}

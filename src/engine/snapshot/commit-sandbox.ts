/**
 * Makes an image of a sandbox's files. A running one stands still only while they are read: the Docker Engine commits a
 * copy of its container, which takes as long as it takes.
 */
import { isThawError, ThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import { type StillResult, whileFrozen, withStillFiles } from '../difference/still-files.ts';
import type { CommitConfig } from '../docker/port.ts';
import { freshContainers } from '../fork/fresh-containers.ts';
import type { Guest } from '../guest/guest.ts';
import type { HostFiles } from '../host/port.ts';
import { labelsFor } from '../labels.ts';
import type { Run } from '../lifecycle/operation.ts';
import { discardGuest } from '../pool/park.ts';
import type { Pools } from '../pool/pools.ts';
import { COPY_YIELD_MS, type WarmPool } from '../pool/warm-pool.ts';

/** The container runs as root in `/` for the sake of the agent; its image knows better. */
async function configOf({ docker, owner }: EngineContext, imageId: string): Promise<CommitConfig> {
  const origin = await docker.inspectImage(imageId);
  const labels = labelsFor(owner, 'snapshot');
  return origin === null ? { labels } : { labels, user: origin.user, workingDir: origin.workingDir };
}

/** A container that nobody is to get any more: what it holds is not what its snapshot holds. */
function letGo(context: EngineContext, guest: Guest): void {
  const { background, unrecorded } = context;
  background.run('discard', () =>
    discardGuest(context, guest).finally(() => {
      unrecorded.delete(guest.id);
    }),
  );
}

/** A frozen container with the files of a running sandbox. Null where a difference cannot say what they are. */
async function copyOf(
  context: EngineContext,
  files: HostFiles,
  pool: WarmPool,
  run: Run,
): Promise<StillResult<Guest> | null> {
  const { store, unrecorded } = context;
  const [guest] = await freshContainers(context, pool, 1, [], run.signal);
  if (guest === undefined) return null;
  // From here on a crash removes it: without a row it is nobody's.
  unrecorded.add(guest.id);
  store.dropParked(guest.id);
  try {
    const roots = [files.rootDirectory(guest.place)];
    const still = await withStillFiles(context, run.sandbox, async ({ upper, heldBytes }) => {
      const copy = await files.copy(upper, roots, heldBytes);
      await copy.taken;
      return copy;
    });
    await still.result.finished;
    return { result: guest, pausedMs: still.pausedMs };
  } catch (error) {
    letGo(context, guest);
    if (isThawError(error, 'unsupported')) return null;
    throw error;
  }
}

/** Answers how long the sandbox stood still, in milliseconds. Throws `disk_full`, `cancelled` and `engine_error`. */
export async function commitSandbox(
  context: EngineContext,
  pools: Pools,
  run: Run,
  image: string,
): Promise<number> {
  const { docker, host, snapshots } = context;
  const { guest, record } = run.sandbox;
  const { containerId, imageId } = record;
  if (containerId === null) throw new ThawError('internal', 'The sandbox has no container.');
  const config = await configOf(context, imageId);
  if (guest === null) {
    await docker.commitContainer(containerId, image, config);
    return 0;
  }
  const snapshot = snapshots.byImage(imageId);
  const { files } = host;
  const pool = snapshot === null ? null : pools.for(snapshot);
  const copy =
    files === null || pool === null
      ? null
      : await pool.yieldTo(() => copyOf(context, files, pool, run), COPY_YIELD_MS);
  if (copy === null) {
    const commit = (): Promise<unknown> => docker.commitContainer(containerId, image, config);
    return (await whileFrozen(context, guest, commit)).pausedMs;
  }
  try {
    run.step('snapshot.copied');
    await docker.commitContainer(copy.result.containerId, image, config);
  } finally {
    letGo(context, copy.result);
  }
  return copy.pausedMs;
}

/** Deleting a volume with its files, unless a sandbox has it; and what a crash left of volumes. */
import { ThawError, toThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import { ownerFilter, ROLE_LABEL } from '../labels.ts';
import type { Caller } from '../organizations.ts';
import type { VolumeRecord } from '../store/records.ts';

const MAX_NAMES = 5;

/** Whatever the state of a sandbox, its next start needs its volumes. */
function refuseWhileUsed({ registry }: EngineContext, { id }: VolumeRecord): void {
  const users = registry
    .all()
    .flatMap(({ record }) => (record.volumes.some(({ volumeId }) => volumeId === id) ? [record.name] : []));
  if (users.length === 0) return;
  throw new ThawError(
    'state_conflict',
    `Volume cannot be deleted because it is in use by one or more sandboxes (e.g. ${users[0]})`,
    {
      next: 'Delete these sandboxes with sandbox_delete first.',
      context: { sandboxes: users.slice(0, MAX_NAMES), count: users.length },
    },
  );
}

/** Answers it as it was last. Throws `volume_not_found`, and `state_conflict` while sandboxes have it. */
export async function deleteVolume(
  context: EngineContext,
  reference: string,
  caller: Caller,
): Promise<VolumeRecord> {
  const { volumes, docker, clock } = context;
  const record = volumes.find(reference, caller);
  if (record.state !== 'ready' && record.state !== 'error') {
    throw new ThawError(
      'state_conflict',
      `Volume must be in 'ready' or 'error' state in order to be deleted: ${record.name} is ${record.state}.`,
      { next: 'Call volume_get in a moment to see its state.' },
    );
  }
  refuseWhileUsed(context, record);
  const deleting: VolumeRecord = { ...record, state: 'deleting', updatedAt: clock.now() };
  volumes.put(deleting);
  context.onStep('volume-delete.intent');
  try {
    await docker.removeVolume(record.dockerName);
  } catch (error) {
    volumes.put({ ...deleting, state: 'error', errorReason: toThawError(error).message });
    throw error;
  }
  context.onStep('volume-delete.removed');
  volumes.drop(deleting);
  context.onStep('volume-delete.done');
  return deleting;
}

/**
 * At start: a volume whose creation nobody got an answer of is undone, a deletion is finished, and Docker volumes
 * without a row are removed. Runs after everything that could still hold a volume is gone.
 */
export async function reconcileVolumes(context: EngineContext): Promise<void> {
  const { volumes, docker, owner, log } = context;
  const attempt = async (name: string, work: () => Promise<void>): Promise<void> => {
    try {
      log.info({ volume: name }, 'removing what is left of a volume');
      await work();
    } catch (error) {
      log.error({ err: error, volume: name }, 'a volume could not be removed; the next start tries again');
    }
  };
  for (const record of volumes.records()) {
    if (record.state === 'ready' || record.state === 'error') continue;
    await attempt(record.name, async () => {
      await docker.removeVolume(record.dockerName);
      volumes.drop(record);
    });
  }
  const known = new Set(volumes.records().map(({ dockerName }) => dockerName));
  const found = await docker.listVolumes({ ...ownerFilter(owner), [ROLE_LABEL]: 'volume' });
  for (const name of found) if (!known.has(name)) await attempt(name, () => docker.removeVolume(name));
}

/** Making a volume: its row first, then a Docker volume that every user of a sandbox may write to. */
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import type { CallContext } from '../../backend/port.ts';
import { ThawError, toThawError } from '../../errors.ts';
import { newUuid } from '../../ids.ts';
import type { EngineContext } from '../context.ts';
import { labelsFor, volumeName } from '../labels.ts';
import { type Caller, organizationOf } from '../organizations.ts';
import type { VolumeRecord } from '../store/records.ts';

/** As the API's quota of an organization. */
const MAX_VOLUMES = 100;
const MOUNT_POINT = 'volume';
/**
 * Sandboxes with different users share it, so all may write at its top; what they make there belongs to them. A new
 * Docker volume is root's alone.
 */
const MODE = 0o777;

/** Through a container that is never started, so that it works on a remote Docker Engine, too. */
async function openToAll({ docker, owner, snapshots }: EngineContext, name: string): Promise<void> {
  const setup = await docker.createContainer({
    name: `${name}-setup`,
    image: snapshots.default.imageId,
    entrypoint: ['/none'],
    labels: labelsFor(owner, 'setup'),
    network: 'none',
    mounts: [{ kind: 'volume', source: name, target: `/${MOUNT_POINT}`, readOnly: false, noCopy: true }],
    capabilities: { drop: ['ALL'], add: [] },
    securityOptions: [],
  });
  try {
    const tar = pack();
    tar.entry({ name: MOUNT_POINT, type: 'directory', mode: MODE, uid: 0, gid: 0 });
    tar.finalize();
    // The daemon passes over an entry for the directory that it unpacks into, so it unpacks into the one above.
    await docker.putArchive(setup, '/', Readable.from(tar));
  } finally {
    await docker.removeContainer(setup);
  }
}

function newRecord(context: EngineContext, name: string, caller: Caller): VolumeRecord {
  const { volumes, owner, clock } = context;
  if (volumes.byName(name, caller) !== null) {
    throw new ThawError('name_conflict', `Volume with name ${name} already exists`, {
      next: 'Use it as it is, choose another name, or delete it with volume_delete.',
    });
  }
  if (volumes.size >= MAX_VOLUMES) {
    throw new ThawError('capacity', `There are ${volumes.size} volumes, which is the limit of this engine.`, {
      next: 'Delete volumes that are no longer needed with volume_delete, then call again.',
    });
  }
  const [id, now] = [newUuid(), clock.now()];
  const times = { createdAt: now, updatedAt: now, lastUsedAt: null };
  const organizationId = organizationOf(context.organizationId, caller);
  const dockerName = volumeName(owner, id);
  return { id, organizationId, name, dockerName, state: 'creating', errorReason: null, ...times };
}

/** Leaves nothing behind when it fails or `signal` aborts. Throws `name_conflict` and `capacity`. */
export async function createVolume(
  context: EngineContext,
  name: string,
  call: CallContext,
): Promise<VolumeRecord> {
  const { volumes, docker, owner, clock, log } = context;
  const record = newRecord(context, name, call);
  volumes.put(record);
  context.onStep('volume-create.intent');
  try {
    await docker.ensureVolume(record.dockerName, labelsFor(owner, 'volume'));
    await openToAll(context, record.dockerName);
    context.onStep('volume-create.made');
    if (call.signal.aborted)
      throw new ThawError('cancelled', 'The creation was cancelled; nothing was left behind.');
    const ready: VolumeRecord = { ...record, state: 'ready', updatedAt: clock.now() };
    volumes.put(ready);
    context.onStep('volume-create.done');
    return ready;
  } catch (error) {
    try {
      await docker.removeVolume(record.dockerName);
      volumes.drop(record);
    } catch (cleanup) {
      log.error({ err: cleanup, volume: name }, 'a volume that failed could not be removed');
      volumes.put({ ...record, state: 'error', errorReason: toThawError(error).message });
    }
    throw error;
  }
}

/** The volumes of a sandbox: checked when it is created, mounted whenever a container is made for it. */
import type { VolumeMounts } from '../../../schemas/mount-path.ts';
import { ThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import type { Mount } from '../docker/port.ts';
import { AGENT_DIRECTORY } from '../guest/agent-volume.ts';
import { ownerFilter, ROLE_LABEL } from '../labels.ts';
import type { Caller } from '../organizations.ts';
import type { SandboxRecord } from '../store/records.ts';

type Mounted = SandboxRecord['volumes'];

/**
 * What a sandbox's record keeps of the volumes that a create asks for. Throws `volume_not_found`, `invalid_argument`,
 * `state_conflict` and `unsupported`; changes nothing.
 */
export function resolveVolumes(
  { volumes }: EngineContext,
  wanted: VolumeMounts | undefined,
  caller: Caller,
): Mounted {
  return (wanted ?? []).map(({ volumeId, mountPath, subpath }) => {
    if (subpath !== undefined && subpath !== '') {
      // A bind mount of a directory in the volume would follow a link that a sandbox left there, out of the volume.
      throw new ThawError(
        'unsupported',
        'volumes: subpath is not served, because a part of a volume cannot be mounted safely here.',
        { next: 'Leave subpath out, or make one volume for each part with volume_create.' },
      );
    }
    if (mountPath === AGENT_DIRECTORY || mountPath.startsWith(`${AGENT_DIRECTORY}/`)) {
      throw new ThawError(
        'invalid_argument',
        `volumes: Invalid mount path ${mountPath} (Thaw needs this directory)`,
      );
    }
    return { volumeId: volumes.resolve(volumeId, caller).id, mountPath };
  });
}

/**
 * The mounts of a new container. The daemon would make a volume that is gone anew, empty and without an owner, so it
 * is asked first. Throws `volume_not_found`.
 */
export async function mountVolumes(context: EngineContext, mounted: Mounted): Promise<readonly Mount[]> {
  if (mounted.length === 0) return [];
  const { volumes, docker, owner, clock } = context;
  const there = new Set(await docker.listVolumes({ ...ownerFilter(owner), [ROLE_LABEL]: 'volume' }));
  return mounted.map(({ volumeId, mountPath }) => {
    const record = volumes.byId(volumeId);
    if (record === null || !there.has(record.dockerName)) {
      throw new ThawError(
        'volume_not_found',
        `Volume '${record?.name ?? volumeId}' was removed from outside of Thaw.`,
        { next: 'Its files are lost. Delete the volume and what used it, and create them again.' },
      );
    }
    volumes.put({ ...record, lastUsedAt: clock.now() });
    // What the image has at this place is not copied into the volume: others share it.
    const target = { target: mountPath, readOnly: false, noCopy: true };
    return { kind: 'volume', source: record.dockerName, ...target };
  });
}

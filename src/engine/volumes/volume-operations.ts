/** The engine's side of volumes: references to records, records to the API's shape. */
import type { Volume } from '../../../schemas/volumes.ts';
import type { VolumeOperations } from '../../backend/port.ts';
import { toTimestamp } from '../../clock.ts';
import type { EngineContext } from '../context.ts';
import type { VolumeRecord } from '../store/records.ts';
import { createVolume } from './create-volume.ts';
import { deleteVolume } from './delete-volume.ts';

export function volumeOperations(context: EngineContext): VolumeOperations {
  const { volumes, organizationId } = context;
  const toApi = (record: VolumeRecord): Volume => ({
    id: record.id,
    name: record.name,
    organizationId,
    state: record.state,
    errorReason: record.errorReason,
    createdAt: toTimestamp(record.createdAt),
    updatedAt: toTimestamp(record.updatedAt),
    lastUsedAt: record.lastUsedAt === null ? null : toTimestamp(record.lastUsedAt),
  });
  return {
    create: async ({ name }, { signal }) => toApi(await createVolume(context, name, signal)),
    list: async () => volumes.records().map(toApi),
    get: async (reference) => toApi(volumes.find(reference)),
    delete: async (reference) => ({ ...toApi(await deleteVolume(context, reference)), state: 'deleted' }),
  };
}

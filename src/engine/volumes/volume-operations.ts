/** The engine's side of volumes: references to records, records to the API's shape. */
import type { Volume } from '../../../schemas/volumes.ts';
import type { VolumeOperations } from '../../backend/port.ts';
import type { EngineContext } from '../context.ts';
import type { VolumeRecord } from '../store/records.ts';
import { createVolume } from './create-volume.ts';
import { deleteVolume } from './delete-volume.ts';
import { volumeToApi } from './to-api.ts';

export function volumeOperations(context: EngineContext): VolumeOperations {
  const { volumes } = context;
  const toApi = (record: VolumeRecord): Volume => volumeToApi(context, record);
  return {
    create: async ({ name }, call) => toApi(await createVolume(context, name, call)),
    list: async (call) => volumes.of(call).map(toApi),
    get: async (reference, call) => toApi(volumes.find(reference, call)),
    delete: async (reference, call) => ({
      ...toApi(await deleteVolume(context, reference, call)),
      state: 'deleted',
    }),
  };
}

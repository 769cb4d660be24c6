/** The volumes group of the port over the API. */
import { z } from 'zod';
import type { Volume } from '../../../schemas/volumes.ts';
import type { CallContext, VolumeOperations } from '../../backend/port.ts';
import { isThawError, ThawError } from '../../errors.ts';
import type { RemoteContext } from '../context.ts';
import { poll } from '../poll.ts';
import type { Operation } from '../request.ts';
import { WireVolume } from '../wire/volume.ts';

const operation = (name: string, more: Partial<Operation> = {}): Operation => ({
  name,
  ...more,
  codes: { 404: 'volume_not_found', ...more.codes },
});

const isUuid = (text: string): boolean => z.uuid().safeParse(text).success;
const isMade = ({ state }: Volume): boolean => !['pending_create', 'creating'].includes(state);

export function volumeOperations({ api }: RemoteContext): VolumeOperations {
  const { client } = api;
  const byId = (volumeId: string, context: Pick<CallContext, 'signal'>): Promise<WireVolume> =>
    api.call(operation('getVolume', { idempotent: true }), WireVolume, context, (init) =>
      client.GET('/volumes/{volumeId}', { params: { path: { volumeId } }, ...init }),
    );
  const byName = (name: string, context: Pick<CallContext, 'signal'>): Promise<WireVolume> =>
    api.call(operation('getVolumeByName', { idempotent: true }), WireVolume, context, (init) =>
      client.GET('/volumes/by-name/{name}', { params: { path: { name } }, ...init }),
    );
  const get = async (volume: string, context: CallContext): Promise<WireVolume> => {
    if (!isUuid(volume)) return byName(volume, context);
    try {
      return await byId(volume, context);
    } catch (error) {
      if (!isThawError(error, 'volume_not_found')) throw error;
      return byName(volume, context);
    }
  };
  const exists = (name: string, context: CallContext): Promise<boolean> =>
    byName(name, context).then(
      () => true,
      () => false,
    );
  return {
    get,
    async create({ name }, context) {
      const creating = operation('createVolume', { codes: { 409: 'name_conflict' } });
      try {
        const made = await api.call(creating, WireVolume, context, (init) =>
          client.POST('/volumes', { body: { name }, ...init }),
        );
        return await poll(api, made, isMade, () => byId(made.id, context), context);
      } catch (error) {
        if (!isThawError(error, 'invalid_argument')) throw error;
        // The API has one status for a bad name and for one that is taken.
        if (!(await exists(name, context))) throw error;
        throw new ThawError('name_conflict', error.message, {
          next: 'Choose another name, or use the volume that has it.',
          context: error.context,
        });
      }
    },
    list: (context) =>
      api.call(operation('listVolumes', { idempotent: true }), z.array(WireVolume), context, (init) =>
        client.GET('/volumes', { ...init }),
      ),
    async delete(volume, context) {
      const last = await get(volume, context);
      const deleting = operation('deleteVolume', { codes: { 400: 'state_conflict', 409: 'state_conflict' } });
      await api.call(deleting, z.unknown(), context, (init) =>
        client.DELETE('/volumes/{volumeId}', { params: { path: { volumeId: last.id } }, ...init }),
      );
      return last;
    },
  };
}

/** Volumes by id, and by name where the path says so. */
import type { Volume } from '../../../schemas/volumes.ts';
import { isThawError } from '../../errors.ts';
import { ApiFailure } from '../failure.ts';
import type { Handlers, RequestFacts } from '../handler.ts';

type Ids = 'listVolumes' | 'createVolume' | 'getVolume' | 'getVolumeByName' | 'deleteVolume';

async function find({ group, call }: RequestFacts, by: 'id' | 'name', wanted: string): Promise<Volume> {
  const volumes = await group('volumes');
  const found = await volumes.get(wanted, call).catch((error: unknown) => {
    if (isThawError(error, 'volume_not_found')) return null;
    throw error;
  });
  if (found?.[by] === wanted) return found;
  throw new ApiFailure(404, `Volume with ${by === 'id' ? 'ID' : 'name'} ${wanted} not found`, {
    code: 'volume_not_found',
  });
}

export const volumeHandlers: Handlers<Ids> = {
  async listVolumes({ group, call }) {
    const volumes = await group('volumes');
    return [...(await volumes.list(call))];
  },
  async createVolume({ body, group, call }) {
    const volumes = await group('volumes');
    return await volumes.create(body, call);
  },
  getVolume: (input) => find(input, 'id', input.params['volumeId'] ?? ''),
  getVolumeByName: (input) => find(input, 'name', input.params['name'] ?? ''),
  async deleteVolume(input) {
    const { id } = await find(input, 'id', input.params['volumeId'] ?? '');
    const volumes = await input.group('volumes');
    await volumes.delete(id, input.call);
    return null;
  },
};

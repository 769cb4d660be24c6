/** From a volume's record to what the API answers. */
import type { Volume } from '../../../schemas/volumes.ts';
import { toTimestamp } from '../../clock.ts';
import type { EngineContext } from '../context.ts';
import type { VolumeRecord } from '../store/records.ts';

export const volumeToApi = (
  { organizationId }: Pick<EngineContext, 'organizationId'>,
  record: VolumeRecord,
): Volume => ({
  id: record.id,
  name: record.name,
  organizationId: record.organizationId ?? organizationId,
  state: record.state,
  errorReason: record.errorReason,
  createdAt: toTimestamp(record.createdAt),
  updatedAt: toTimestamp(record.updatedAt),
  lastUsedAt: record.lastUsedAt === null ? null : toTimestamp(record.lastUsedAt),
});

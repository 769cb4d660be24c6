/** The VolumeDto of a server as our own. */
import { z } from 'zod';
import { Volume } from '../../../schemas/volumes.ts';
import { MaybeMoment, Moment, NO_ORGANIZATION, NO_TIME, orElse, orNull, wordOf } from './values.ts';

export const WireVolume = z.looseObject({
  id: z.string(),
  name: z.string(),
  organizationId: orElse(z.string(), NO_ORGANIZATION),
  state: wordOf(Volume.shape.state.options, 'error'),
  errorReason: orNull(z.string()),
  createdAt: orElse(Moment, NO_TIME),
  updatedAt: orElse(Moment, NO_TIME),
  lastUsedAt: MaybeMoment,
});
export type WireVolume = z.output<typeof WireVolume>;

/** The SnapshotDto of a server as our own. */
import { z } from 'zod';
import { Snapshot } from '../../../schemas/copies.ts';
import { MaybeMoment, orElse, orNull, wordOf } from './values.ts';

export const WireSnapshot = z.looseObject({
  id: z.string(),
  name: z.string(),
  imageName: orNull(z.string()),
  general: orElse(z.boolean(), false),
  state: wordOf(Snapshot.shape.state.options, 'pending'),
  errorReason: orNull(z.string()),
  size: orNull(z.number()),
  cpu: orElse(z.number(), 0),
  mem: orElse(z.number(), 0),
  pool: orNull(z.number().int()),
  sourceSandboxId: orNull(z.string()),
  createdAt: MaybeMoment,
  updatedAt: MaybeMoment,
  lastUsedAt: MaybeMoment,
});
export type WireSnapshot = z.output<typeof WireSnapshot>;

export const WireSnapshotPage = z.looseObject({
  items: z.array(WireSnapshot),
  total: z.number().int(),
  page: z.number().int(),
  totalPages: z.number().int(),
});

/** Volumes: named directories that outlive sandboxes and are shared between them (the API's VolumeDto and CreateVolume). */
import { z } from 'zod';
import { SandboxName } from './create-sandbox.ts';
import { Timestamp } from './sandbox.ts';

export const CreateVolume = z.strictObject({ name: SandboxName.describe('Unique name') });
export type CreateVolume = z.infer<typeof CreateVolume>;

export const VolumeRef = z.string().min(1).max(128).describe('Id or name');

export const Volume = z.object({
  id: z.string(),
  name: z.string(),
  organizationId: z.string(),
  state: z.enum(['pending_create', 'creating', 'ready', 'pending_delete', 'deleting', 'deleted', 'error']),
  errorReason: z.string().nullable(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  lastUsedAt: Timestamp.nullable(),
});
export type Volume = z.infer<typeof Volume>;

export const VolumeList = z.object({ items: z.array(Volume) });

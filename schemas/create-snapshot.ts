/** The body of a snapshot's creation, in the API's terms (schema `CreateSnapshot`), and Thaw's own sources beside it. */
import { z } from 'zod';
import { BuildWithContext } from './build.ts';
import { SnapshotName } from './copies.ts';
import { CreateSandbox } from './create-sandbox.ts';
import { FilePath } from './files.ts';
import { SandboxRef } from './sandbox-ref.ts';

/** Parked containers that may be kept for one snapshot: each takes memory as long as it waits. */
export const MAX_SNAPSHOT_POOL = 16;

/** The API's pattern of an image reference. */
export const ImageName = z
  .string()
  .trim()
  .min(1)
  .max(512)
  .regex(/^[a-zA-Z0-9_.\-:]+(\/[a-zA-Z0-9_.\-:]+)*(@sha256:[a-f0-9]{64})?$/, 'is no image reference')
  .refine(
    (name) => name.includes('@') || /:[^/]+$/.test(name),
    'Image name must include a tag (e.g., ubuntu:22.04) or digest (@sha256:...)',
  )
  .refine((name) => !name.endsWith(':latest'), 'Images with tag ":latest" are not allowed');

export const CreateSnapshot = z.strictObject({
  name: SnapshotName,
  imageName: ImageName.optional().describe('With tag or digest; pulled unless present'),
  buildInfo: BuildWithContext.optional(),
  rootfs: z
    .strictObject({ sandbox: SandboxRef, path: FilePath })
    .optional()
    .describe('A tar of a root file system, in a started sandbox'),
  entrypoint: z.array(z.string()).optional(),
  cpu: CreateSandbox.shape.cpu,
  memory: CreateSandbox.shape.memory,
  disk: CreateSandbox.shape.disk,
  gpu: CreateSandbox.shape.gpu,
  pool: z
    .number()
    .int()
    .min(0)
    .max(MAX_SNAPSHOT_POOL)
    .optional()
    .describe('Sandboxes kept ready; default: one while in use'),
});
export type CreateSnapshot = z.infer<typeof CreateSnapshot>;

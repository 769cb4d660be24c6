/** An exact replacement in a file of a sandbox. */
import { z } from 'zod';
import { FilePath } from './files.ts';
import { SandboxRef } from './sandbox-ref.ts';

const MAX_TEXT_CHARS = 1_000_000;

export const EditFile = z.strictObject({
  sandbox: SandboxRef,
  path: FilePath,
  oldText: z.string().min(1).max(MAX_TEXT_CHARS).describe('As in the file, with all white space'),
  newText: z.string().max(MAX_TEXT_CHARS),
  expectedCount: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('How often oldText occurs; default 1'),
});
export type EditFile = z.infer<typeof EditFile>;

export const EditedFile = z.object({
  path: z.string(),
  replaced: z.number().int(),
  lines: z.array(z.number().int()).describe('where each replacement begins, from 1; at most 100'),
  sizeBytes: z.number().int(),
});
export type EditedFile = z.infer<typeof EditedFile>;

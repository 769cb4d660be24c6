/** What an image is built of: the text of a Dockerfile and the files that it copies. */
import { z } from 'zod';

export const MAX_DOCKERFILE_CHARACTERS = 256 * 1024;
export const MAX_CONTEXT_FILES = 200;
/** Of all files of a context together, decoded. */
export const MAX_CONTEXT_BYTES = 10 * 1024 * 1024;

/** A path that cannot lead out of the context. */
export const ContextPath = z
  .string()
  .min(1)
  .max(1024)
  .refine((path) => !path.includes('\0') && !path.includes('\\'), 'must not contain NUL or backslashes')
  .refine(
    (path) => path.split('/').every((part) => part !== '' && part !== '.' && part !== '..'),
    'must be relative, without empty parts, "." and ".."',
  )
  .refine(
    (path) => path !== 'Dockerfile' && !path.startsWith('Dockerfile/'),
    'give the Dockerfile as dockerfileContent',
  );

/** The API's CreateBuildInfo. Its hashes name uploads to an object storage, which this engine does not have. */
export const CreateBuildInfo = z.strictObject({
  dockerfileContent: z
    .string()
    .max(MAX_DOCKERFILE_CHARACTERS)
    .refine((text) => text.trim() !== '', 'must not be empty')
    .refine((text) => !text.includes('\0'), 'must not contain NUL'),
  contextHashes: z.array(z.string()).optional().meta({ unlisted: true }),
});

export const BuildWithContext = CreateBuildInfo.extend({
  context: z
    .array(
      z.strictObject({
        path: ContextPath,
        content: z.string(),
        encoding: z.enum(['utf8', 'base64']).optional(),
        executable: z.boolean().optional(),
      }),
    )
    .max(MAX_CONTEXT_FILES)
    .optional()
    .describe('Files for COPY'),
});
export type BuildWithContext = z.infer<typeof BuildWithContext>;

/** What came of it, in the API's words. */
export const BuildLogs = z.object({
  state: z.string().describe('of the sandbox or snapshot'),
  logs: z.string(),
  totalBytes: z.number().int().describe('exact size before truncation'),
  truncated: z.boolean(),
});
export type BuildLogs = z.infer<typeof BuildLogs>;

export const BuildLogsRequest = z.strictObject({
  maxBytes: z
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .optional()
    .describe('Default 20000; head and tail are kept'),
});
export type BuildLogsRequest = z.infer<typeof BuildLogsRequest>;

export const BuildLogsUrl = z.object({ url: z.string() });
export type BuildLogsUrl = z.infer<typeof BuildLogsUrl>;

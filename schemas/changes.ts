/** What sandbox_diff takes and answers: what changed in a sandbox's files, as a list and as a unified diff. */
import { z } from 'zod';

/** Of unifiedDiff, in bytes of UTF-8. */
export const DEFAULT_DIFF_BYTES = 64 * 1024;
const MAX_DIFF_BYTES = 1024 * 1024;
export const DEFAULT_CHANGES = 200;
export const DEFAULT_CONTEXT_LINES = 3;

export const DiffSandbox = z.strictObject({
  path: z
    .string()
    .min(1)
    .max(4096)
    .regex(/^\//, 'must be absolute')
    .refine((path) => !path.includes('\0'), 'must not contain NUL')
    .optional()
    .describe('Absolute; this file or what is below this directory. Default /'),
  since: z.enum(['snapshot', 'fork']).optional().describe('Default snapshot; fork: when it was forked'),
  contextLines: z.number().int().min(0).max(100).optional().describe('Default 3'),
  maxFiles: z.number().int().min(1).max(5_000).optional().describe('Entries of changes; default 200'),
  maxBytes: z
    .number()
    .int()
    .min(1_000)
    .max(MAX_DIFF_BYTES)
    .optional()
    .describe('Of unifiedDiff; default 65536'),
});
export type DiffSandbox = z.infer<typeof DiffSandbox>;

const Kind = z.enum(['file', 'directory', 'symlink', 'other']);

export const ChangedFile = z.object({
  path: z.string().describe('quoted as git does when it has control characters, quotes or is no UTF-8'),
  change: z.enum(['added', 'modified', 'deleted', 'type', 'mode']).describe('mode: mode or owner alone'),
  kind: Kind,
  previousKind: Kind.optional().describe('with type'),
  sizeBytes: z.number().int().optional(),
  previousSizeBytes: z.number().int().optional(),
  mode: z.string().optional().describe('octal'),
  previousMode: z.string().optional().describe('when it differs'),
  owner: z.string().optional().describe('uid:gid, when it differs'),
  previousOwner: z.string().optional(),
  binary: z.boolean().optional(),
  omitted: z
    .enum(['large', 'limit'])
    .optional()
    .describe('not in unifiedDiff: large is above 1 MiB, limit beyond maxBytes'),
});
export type ChangedFile = z.infer<typeof ChangedFile>;

const Count = z.number().int();

export const SandboxDiff = z.object({
  path: z.string(),
  since: z.enum(['snapshot', 'fork']),
  changes: z.array(ChangedFile).describe('in path order'),
  total: z
    .object({ added: Count, modified: Count, deleted: Count, type: Count, mode: Count })
    .describe('what is not in changes included'),
  unifiedDiff: z.string().describe('of what is in changes; directories have none'),
  truncated: z.boolean().describe('true when changes or diffs were left out'),
  changesOmitted: Count,
  diffsOmitted: Count,
  pausedMs: z.number().describe('how long its processes stood still'),
});
export type SandboxDiff = z.infer<typeof SandboxDiff>;

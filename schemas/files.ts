/** Reading, writing and listing files of a sandbox. */
import { z } from 'zod';

/** The most that one call reads or writes. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024;

export const FilePath = z
  .string()
  .min(1)
  .max(4096)
  .refine((path) => !path.includes('\0'), 'must not contain NUL')
  .describe('Absolute, or relative to where commands start');

export const ReadFile = z.strictObject({
  path: FilePath,
  offset: z.number().int().min(1).max(1_000_000_000).optional().describe('First line, from 1'),
  limit: z.number().int().min(1).max(1_000_000).optional().describe('Number of lines'),
});
export type ReadFile = z.infer<typeof ReadFile>;

export const FileContent = z.object({
  path: z.string(),
  content: z.string(),
  encoding: z.enum(['utf8', 'base64']).describe('base64 when the bytes are no UTF-8 text'),
  sizeBytes: z.number().int().describe('of the whole file'),
  totalLines: z.number().int().nullable().describe('null for binary files'),
  truncated: z.boolean().describe('true when lines before or after were left out'),
});
export type FileContent = z.infer<typeof FileContent>;

export const WriteFile = z.strictObject({
  path: FilePath,
  content: z.string().max(MAX_FILE_BYTES * 1.4),
  encoding: z.enum(['utf8', 'base64']).optional().describe('Default utf8'),
  mode: z
    .string()
    .regex(/^0?[0-7]{3}$/, 'an octal mode such as 0644')
    .optional()
    .describe('Octal; default 0644, or what an existing file has'),
  append: z.boolean().optional(),
});
export type WriteFile = z.infer<typeof WriteFile>;

export const WrittenFile = z.object({ path: z.string(), sizeBytes: z.number().int(), created: z.boolean() });
export type WrittenFile = z.infer<typeof WrittenFile>;

export const ListFiles = z.strictObject({
  path: FilePath.optional().describe("Default: the user's home"),
  depth: z.number().int().min(1).max(16).optional().describe('Default 1'),
});
export type ListFiles = z.infer<typeof ListFiles>;

export const FileEntry = z.object({
  path: z.string(),
  type: z.enum(['file', 'directory', 'symlink', 'other']),
  sizeBytes: z.number().int(),
  mode: z.string().describe('octal'),
  modifiedAt: z.string(),
});
export type FileEntry = z.infer<typeof FileEntry>;

export const FileListing = z.object({
  path: z.string(),
  entries: z.array(FileEntry),
  truncated: z.boolean().describe('true when there are more entries than are shown'),
});
export type FileListing = z.infer<typeof FileListing>;

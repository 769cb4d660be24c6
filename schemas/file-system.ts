/** Files as things with owners, modes and places; and whole contents of any size. */
import { z } from 'zod';
import { FilePath } from './files.ts';

/** `0755`, `755`, and with the three special bits `04755`. */
export const FileMode = z.string().regex(/^0{0,2}[0-7]{3,4}$/, 'an octal mode such as 0644');

export const FileFacts = z.object({
  path: z.string().describe('absolute'),
  name: z.string(),
  type: z.enum(['file', 'directory', 'symlink', 'other']),
  sizeBytes: z.number().int(),
  mode: z.number().int().describe('permission bits'),
  uid: z.number().int(),
  gid: z.number().int(),
  modifiedMs: z.number().describe('milliseconds since the epoch'),
});
export type FileFacts = z.infer<typeof FileFacts>;

export const FileFactsListing = z.object({
  path: z.string(),
  entries: z.array(FileFacts),
  truncated: z.boolean().describe('true when there are more entries'),
});
export type FileFactsListing = z.infer<typeof FileFactsListing>;

export const MakeFolder = z.strictObject({ path: FilePath, mode: FileMode.optional() });
export type MakeFolder = z.infer<typeof MakeFolder>;

export const RemoveFile = z.strictObject({ path: FilePath, recursive: z.boolean().optional() });
export type RemoveFile = z.infer<typeof RemoveFile>;

export const MoveFile = z.strictObject({
  source: FilePath,
  destination: FilePath,
  overwrite: z.boolean().optional().describe('Replace a file that is there'),
});
export type MoveFile = z.infer<typeof MoveFile>;

const Principal = z
  .string()
  .regex(/^(?:[0-9]{1,10}|[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?)$/, 'a name or a number');

export const SetPermissions = z.strictObject({
  path: FilePath,
  owner: Principal.optional().describe('User name or id'),
  group: Principal.optional().describe('Group name or id'),
  mode: FileMode.optional(),
});
export type SetPermissions = z.infer<typeof SetPermissions>;

export const ReplaceInFiles = z.strictObject({
  files: z.array(FilePath).min(1).max(1_000),
  pattern: z.string().min(1).max(1_000_000).describe('Literal text'),
  newValue: z.string().max(1_000_000),
});
export type ReplaceInFiles = z.infer<typeof ReplaceInFiles>;

export const ReplacedFile = z.object({
  file: z.string(),
  replacements: z.number().int().nullable().describe('null where the backend does not count'),
  error: z.string().nullable().describe('why the file is as it was'),
});
export type ReplacedFile = z.infer<typeof ReplacedFile>;

export const UploadTarget = z.strictObject({ path: FilePath, mode: FileMode.optional() });
export type UploadTarget = z.infer<typeof UploadTarget>;

export const UploadedFile = z.object({ path: z.string().describe('absolute'), sizeBytes: z.number().int() });
export type UploadedFile = z.infer<typeof UploadedFile>;

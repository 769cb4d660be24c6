/** Finding files of a sandbox by name, and lines in them by content. */
import { z } from 'zod';
import { FilePath } from './files.ts';

export const MAX_SEARCH_RESULTS = 10_000;
export const DEFAULT_SEARCH_RESULTS = 100;
export const MAX_CONTEXT_LINES = 10;

const Glob = z
  .string()
  .min(1)
  .max(1024)
  .refine((glob) => !glob.includes('\0'), 'must not contain NUL');

export const SearchFiles = z.strictObject({
  path: FilePath.optional().describe("Directory or file; default: the user's home"),
  name: Glob.optional().describe('Glob: *.ts, src/**/*.{js,ts}; without / it is the file name'),
  exclude: z.array(Glob).max(16).optional().describe('Globs to pass over'),
  content: z
    .string()
    .min(1)
    .max(4096)
    .refine((text) => !/[\0\n]/.test(text), 'must be one line without NUL')
    .optional()
    .describe('Lines with this text; left out: only names'),
  regex: z.boolean().optional().describe('content is a regular expression'),
  ignoreCase: z.boolean().optional(),
  contextLines: z.number().int().min(0).max(MAX_CONTEXT_LINES).optional().describe('Around matches'),
  maxResults: z
    .number()
    .int()
    .min(1)
    .max(MAX_SEARCH_RESULTS)
    .optional()
    .describe(`Lines or files; default ${DEFAULT_SEARCH_RESULTS}`),
  hidden: z.boolean().optional().describe('Also dot files, VCS data, node_modules'),
  directories: z.boolean().optional().describe('Name directories too, when only names are asked for'),
});
export type SearchFiles = z.infer<typeof SearchFiles>;

export const FoundLine = z.object({
  line: z.number().int().describe('from 1'),
  text: z.string().describe('at most 400 bytes of the line'),
  match: z.boolean().describe('false for context'),
  column: z.number().int().describe('of the match, in bytes from 1; 0 for context'),
  cut: z.boolean().describe('whether text is a part of the line'),
});
export type FoundLine = z.infer<typeof FoundLine>;

export const FoundFile = z.object({
  path: z.string().describe('below the root; empty when the root is the file'),
  type: z.enum(['file', 'directory', 'symlink', 'other']),
  sizeBytes: z.number(),
  lines: z.array(FoundLine),
});
export type FoundFile = z.infer<typeof FoundFile>;

export const SearchResult = z.object({
  root: z.string(),
  files: z.array(FoundFile).describe('in name order'),
  matches: z.number().int().describe('lines, or files when only names were asked for'),
  truncated: z.boolean(),
  why: z.enum(['results', 'entries', 'time', 'size']).nullable().describe('what ended it early'),
  skipped: z.object({
    binary: z.number().int(),
    large: z.number().int().describe('above 10 MiB'),
    unreadable: z.number().int(),
    excluded: z.number().int().describe('hidden and excluded names; what is below is not counted'),
  }),
});
export type SearchResult = z.infer<typeof SearchResult>;

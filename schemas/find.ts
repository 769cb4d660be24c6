/** What sandbox_find takes and answers: a search in few words. */
import { z } from 'zod';
import { SandboxRef } from './sandbox-ref.ts';
import { SearchFiles } from './search.ts';

const { path, name, exclude, content, ignoreCase, contextLines, hidden } = SearchFiles.shape;
export const MAX_FOUND = 500;

export const FindFiles = z.strictObject({
  sandbox: SandboxRef,
  path: path.describe('Directory or file; default home'),
  name: name.describe('Glob of names, or with / of paths: *.{js,ts}, src/**'),
  content: content.describe('Regular expression for lines'),
  fixed: z.boolean().optional().describe('content is plain text'),
  ignoreCase,
  contextLines: contextLines,
  exclude: exclude.describe('Globs to pass over'),
  hidden: hidden.describe('Dot files and node_modules too'),
  maxResults: z.number().int().min(1).max(MAX_FOUND).optional().describe('Default 100'),
});
export type FindFiles = z.infer<typeof FindFiles>;

export const Found = z.object({
  root: z.string(),
  files: z
    .array(
      z.object({
        path: z.string(),
        type: z.string().optional().describe('unless it is a file'),
        sizeBytes: z.number().optional().describe('when only names were asked for'),
        lines: z.array(z.string()).optional().describe('"12: match", "13- context"'),
      }),
    )
    .describe('paths below root'),
  matches: z.number().int(),
  truncated: z.boolean(),
  skipped: z.string().optional().describe('what was not looked into'),
});
export type Found = z.infer<typeof Found>;

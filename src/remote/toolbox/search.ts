/**
 * The search group of the port over the toolbox, which finds names by one glob and lines by literal text: whatever else
 * is asked for is refused and not passed over.
 */
import { posix } from 'node:path';
import { z } from 'zod';
import {
  DEFAULT_SEARCH_RESULTS,
  type FoundFile,
  type SearchFiles,
  type SearchResult,
} from '../../../schemas/search.ts';
import type { CallContext, SearchOperations } from '../../backend/port.ts';
import { ThawError } from '../../errors.ts';
import type { RemoteContext } from '../context.ts';
import { callToolbox, withQuery } from './call.ts';
import { WorkDirectories } from './paths.ts';

const MAX_TEXT = 400;
const codes = { 404: 'file_not_found', 400: 'invalid_argument' } as const;
/** Nothing is told of what was passed over. */
const skipped = { binary: 0, large: 0, unreadable: 0, excluded: 0 };

const WireNames = z.looseObject({ files: z.array(z.string()).nullish() });
const WireLines = z
  .array(z.looseObject({ file: z.string(), line: z.number().int(), content: z.string() }))
  .nullable();

function refuseBeyond(request: SearchFiles): void {
  const { exclude, regex, ignoreCase, contextLines, directories, content, name } = request;
  const beyond = {
    exclude: exclude !== undefined && exclude.length > 0,
    regex: regex === true,
    ignoreCase: ignoreCase === true,
    contextLines: (contextLines ?? 0) > 0,
    directories: directories === true,
    name: content !== undefined && name !== undefined,
  };
  const asked = Object.entries(beyond).flatMap(([field, is]) => (is ? [field] : []));
  if (asked.length === 0) return;
  throw new ThawError(
    'unsupported_by_backend',
    `${asked.join(', ')}: the Daytona API searches by one glob or by literal text.`,
    { next: 'Leave that out, or use find and grep with sandbox_exec.' },
  );
}

const below = (root: string, file: string): string =>
  file.startsWith('/') ? posix.relative(root, file) : file;

/** The size and the kind of what is found are not told. */
const found = (path: string, lines: FoundFile['lines'] = []): FoundFile => ({
  path,
  type: 'file',
  sizeBytes: 0,
  lines,
});

function cutLine(text: string): { readonly text: string; readonly cut: boolean } {
  return { text: text.slice(0, MAX_TEXT), cut: text.length > MAX_TEXT };
}

async function searchNames(
  remote: RemoteContext,
  sandbox: string,
  root: string,
  pattern: string,
  most: number,
  context: CallContext,
): Promise<SearchResult> {
  const path = withQuery('/files/search', { path: root, pattern });
  const request = { method: 'GET', path, idempotent: true, codes };
  const { value } = await callToolbox(remote, sandbox, request, WireNames, context);
  const names = (value.files ?? []).map((file) => below(root, file)).sort();
  const files = names.slice(0, most).map((name) => found(name));
  const truncated = names.length > most;
  return { root, files, matches: files.length, truncated, why: truncated ? 'results' : null, skipped };
}

async function searchLines(
  remote: RemoteContext,
  sandbox: string,
  root: string,
  text: string,
  most: number,
  context: CallContext,
): Promise<SearchResult> {
  const path = withQuery('/files/find', { path: root, pattern: text });
  const request = { method: 'GET', path, idempotent: true, codes };
  const { value } = await callToolbox(remote, sandbox, request, WireLines, context);
  const all = value ?? [];
  const files = new Map<string, FoundFile>();
  for (const { file, line, content } of all.slice(0, most)) {
    const name = below(root, file);
    const column = Buffer.byteLength(content.slice(0, Math.max(0, content.indexOf(text)))) + 1;
    const entry = files.get(name) ?? found(name);
    files.set(name, {
      ...entry,
      lines: [...entry.lines, { line, ...cutLine(content), match: true, column }],
    });
  }
  const truncated = all.length > most;
  return {
    root,
    files: [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    matches: Math.min(all.length, most),
    truncated,
    why: truncated ? 'results' : null,
    skipped,
  };
}

export function searchOperations(remote: RemoteContext): SearchOperations {
  const directories = new WorkDirectories();
  return {
    async search(sandbox, request, context) {
      refuseBeyond(request);
      const { content, name = '*', maxResults = DEFAULT_SEARCH_RESULTS } = request;
      const root = await directories.resolve(remote, sandbox, request.path ?? '.', context);
      return content === undefined
        ? searchNames(remote, sandbox, root, name, maxResults, context)
        : searchLines(remote, sandbox, root, content, maxResults, context);
    },
  };
}

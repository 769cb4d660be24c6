/** Routes for files as things: facts, places, permissions, finding and replacing (reference §4.2). */
import { z } from 'zod';
import { FileMode, ReplaceInFiles, SetPermissions } from '../../../schemas/file-system.ts';
import { FilePath } from '../../../schemas/files.ts';
import { MAX_SEARCH_RESULTS } from '../../../schemas/search.ts';
import { requireGroup } from '../../backend/port.ts';
import { readJson, readQuery } from './body.ts';
import { toFileInfo } from './file-info.ts';
import { given } from './given.ts';
import { empty, json, type ToolboxCall, type ToolboxRoute } from './route.ts';

const MAX_DEPTH = 16;

const flag = z.enum(['true', 'false', '1', '0', '']).transform((value) => value === 'true' || value === '1');
const PathQuery = z.object({ path: FilePath });
const ListQuery = z.object({
  path: FilePath.optional(),
  depth: z.coerce.number().int().min(1).max(MAX_DEPTH).optional(),
});
const RemoveQuery = z.object({ path: FilePath, recursive: flag.optional() });
const FolderQuery = z.object({ path: FilePath, mode: FileMode.or(z.literal('')).optional() });
const MoveQuery = z.object({ source: FilePath, destination: FilePath });
const PatternQuery = z.object({ path: FilePath, pattern: z.string().min(1).max(4096) });
/** An absent one and an empty one are the same in a query. */
const withoutEmpty = (value: unknown): unknown => (value === '' ? undefined : value);
const PermissionsQuery = z.object({
  path: FilePath,
  owner: z.preprocess(withoutEmpty, SetPermissions.shape.owner),
  group: z.preprocess(withoutEmpty, SetPermissions.shape.group),
  mode: z.preprocess(withoutEmpty, SetPermissions.shape.mode),
});

const files = ({ backend }: ToolboxCall) => requireGroup(backend, 'fileSystem');

/** Paths as whoever asked would write them: below the root that was asked for. */
const below = (root: string, path: string): string =>
  path === '' ? root : `${root === '/' ? '' : root}/${path}`;

async function search(call: ToolboxCall) {
  const { path, pattern } = readQuery(call, PatternQuery);
  const request = { path, name: pattern, hidden: true, directories: true, maxResults: MAX_SEARCH_RESULTS };
  const found = await requireGroup(call.backend, 'search').search(call.sandbox, request, call.context);
  return json({ files: found.files.map((file) => below(found.root, file.path)) });
}

async function find(call: ToolboxCall) {
  const { path, pattern } = readQuery(call, PatternQuery);
  const request = { path, content: pattern, hidden: true, maxResults: MAX_SEARCH_RESULTS };
  const found = await requireGroup(call.backend, 'search').search(call.sandbox, request, call.context);
  return json(
    found.files.flatMap((file) =>
      file.lines
        .filter(({ match }) => match)
        .map(({ line, text }) => ({ file: below(found.root, file.path), line, content: text })),
    ),
  );
}

async function replace(call: ToolboxCall) {
  const request = await readJson(call, z.object(ReplaceInFiles.shape));
  const replaced = await files(call).replace(call.sandbox, request, call.context);
  return json(
    replaced.map(({ file, error }) =>
      error === null ? { file, success: true } : { file, success: false, error },
    ),
  );
}

export const fileRoutes: readonly ToolboxRoute[] = [
  {
    method: 'GET',
    path: '/files',
    async handle(call) {
      const listed = await files(call).list(call.sandbox, given(readQuery(call, ListQuery)), call.context);
      return json(listed.entries.map(toFileInfo));
    },
  },
  {
    method: 'GET',
    path: '/files/info',
    async handle(call) {
      const { path } = readQuery(call, PathQuery);
      return json(toFileInfo(await files(call).info(call.sandbox, path, call.context)));
    },
  },
  {
    method: 'DELETE',
    path: '/files',
    async handle(call) {
      await files(call).remove(call.sandbox, given(readQuery(call, RemoveQuery)), call.context);
      return empty(204);
    },
  },
  {
    method: 'POST',
    path: '/files/folder',
    async handle(call) {
      const { path, mode } = readQuery(call, FolderQuery);
      const request = mode === undefined || mode === '' ? { path } : { path, mode };
      await files(call).makeFolder(call.sandbox, request, call.context);
      return empty(201);
    },
  },
  {
    method: 'POST',
    path: '/files/move',
    async handle(call) {
      await files(call).move(call.sandbox, readQuery(call, MoveQuery), call.context);
      return empty();
    },
  },
  {
    method: 'POST',
    path: '/files/permissions',
    async handle(call) {
      await files(call).setPermissions(call.sandbox, given(readQuery(call, PermissionsQuery)), call.context);
      return empty();
    },
  },
  { method: 'GET', path: '/files/search', handle: search },
  { method: 'GET', path: '/files/find', handle: find },
  { method: 'POST', path: '/files/replace', handle: replace },
];

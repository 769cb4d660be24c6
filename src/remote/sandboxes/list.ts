/** Lists sandboxes through whichever list a server has. */
import { z } from 'zod';
import type { ListSandboxes, SandboxPage } from '../../../schemas/list-sandboxes.ts';
import type { CallContext } from '../../backend/port.ts';
import { isThawError, ThawError } from '../../errors.ts';
import type { RemoteContext } from '../context.ts';
import { toSummary, WireSandbox } from '../wire/sandbox.ts';
import { withoutUndefined } from '../without-undefined.ts';
import { listLocally } from './list-locally.ts';
import type { ListShapes } from './list-shapes.ts';
import { isPageCursor, pageCursor, pageOf } from './page-cursor.ts';

const DEFAULT_LIMIT = 100;

type Page = SandboxPage;

const CursorPage = z.looseObject({
  items: z.array(WireSandbox),
  nextCursor: z.string().nullish(),
  // Of a Thaw server, beside the API's own.
  total: z.number().int().optional().catch(undefined),
});
const NumberedPage = z.looseObject({
  items: z.array(WireSandbox),
  total: z.number().int(),
  page: z.number().int(),
  totalPages: z.number().int(),
});
const AnyList = z.union([z.array(WireSandbox), CursorPage]);

/** What each kind of list sorts by. */
const cursorSorts = ['name', 'cpu', 'memoryGib', 'diskGib', 'lastActivityAt', 'createdAt'] as const;
const numberedSorts = [
  'id',
  'name',
  'state',
  'snapshot',
  'region',
  'updatedAt',
  'createdAt',
  'lastActivityAt',
] as const;

/** The wanted one where the list has it; who asks has made sure that it does. */
const sortOf = <Sort extends string>(
  sorts: readonly Sort[],
  wanted: string | undefined,
): Sort | 'createdAt' => sorts.find((sort) => sort === wanted) ?? 'createdAt';
const has = (sorts: readonly string[], wanted: string): boolean => sorts.includes(wanted);

function checkQuery({ cursor, page }: ListSandboxes): void {
  if (cursor !== undefined && page !== undefined)
    throw new ThawError('invalid_argument', 'cursor: give either cursor or page, not both.');
}

/** What both lists take alike. */
function filtersOf({
  labels,
  page: _page,
  cursor: _cursor,
  regions: _regions,
  sort: _sort,
  ...rest
}: ListSandboxes) {
  return { order: 'desc' as const, ...rest, ...(labels && { labels: JSON.stringify(labels) }) };
}

async function askPage(remote: RemoteContext, query: ListSandboxes, context: CallContext): Promise<Page> {
  const { api } = remote;
  const limit = query.limit ?? DEFAULT_LIMIT;
  const page = pageOf(query);
  const operation = { name: 'listSandboxesPaginated', idempotent: true };
  const asked = {
    ...filtersOf(query),
    sort: sortOf(numberedSorts, query.sort),
    ...(query.regions && { regions: query.regions }),
    page,
    limit,
  };
  const found = await api.call(operation, NumberedPage, context, (init) =>
    api.client.GET('/sandbox/paginated', { params: { query: withoutUndefined(asked) }, ...init }),
  );
  return {
    items: found.items.map(toSummary),
    total: found.total,
    page: query.cursor === undefined ? found.page : null,
    totalPages: found.totalPages,
    nextCursor: found.page < found.totalPages ? pageCursor(found.page + 1) : null,
  };
}

/** All sandboxes of an array, or one page with a cursor. */
function ask(remote: RemoteContext, query: ListSandboxes, context: CallContext) {
  const { api } = remote;
  const asked = {
    ...filtersOf(query),
    sort: sortOf(cursorSorts, query.sort),
    ...(query.regions && { regionIds: query.regions }),
    ...(query.cursor !== undefined && { cursor: query.cursor }),
    limit: query.limit ?? DEFAULT_LIMIT,
  };
  return api.call({ name: 'listSandboxes', idempotent: true }, AnyList, context, (init) =>
    api.client.GET('/sandbox', { params: { query: withoutUndefined(asked) }, ...init }),
  );
}

function toPage(
  { items, nextCursor = null, total }: z.output<typeof CursorPage>,
  query: ListSandboxes,
): Page {
  // A server that does not count has shown all when the first page is the last one.
  const count = total ?? (query.cursor === undefined && nextCursor === null ? items.length : null);
  return {
    items: items.map(toSummary),
    total: count,
    page: query.cursor === undefined ? 1 : null,
    totalPages: count === null ? null : Math.ceil(count / (query.limit ?? DEFAULT_LIMIT)),
    nextCursor,
  };
}

/** Null when the server has no numbered pages, which is remembered. */
async function tryPage(
  remote: RemoteContext,
  shapes: ListShapes,
  query: ListSandboxes,
  context: CallContext,
): Promise<Page | null> {
  if (!shapes.hasPages) return null;
  try {
    return await askPage(remote, query, context);
  } catch (error) {
    // A server without the route takes `paginated` for the name of a sandbox.
    if (!isThawError(error, 'unsupported_by_backend', 'sandbox_not_found')) throw error;
    shapes.hasPages = false;
    return null;
  }
}

async function listAny(
  remote: RemoteContext,
  shapes: ListShapes,
  query: ListSandboxes,
  context: CallContext,
): Promise<Page> {
  const found = await ask(remote, query, context);
  if (!Array.isArray(found)) {
    shapes.learn('cursor');
    return toPage(found, query);
  }
  const page = shapes.known === 'array' ? null : await tryPage(remote, shapes, query, context);
  shapes.learn(page === null ? 'array' : 'paginated');
  return page ?? listLocally(found, query, query.limit ?? DEFAULT_LIMIT);
}

export async function listSandboxes(
  remote: RemoteContext,
  shapes: ListShapes,
  query: ListSandboxes,
  context: CallContext,
): Promise<Page> {
  checkQuery(query);
  const sort = query.sort ?? 'createdAt';
  const wantsNumber = (query.page ?? 1) > 1 || isPageCursor(query.cursor) || !has(cursorSorts, sort);
  const first = shapes.known === 'paginated' && has(numberedSorts, sort);
  if (wantsNumber || first) {
    const page = await tryPage(remote, shapes, query, context);
    if (page !== null) return page;
  }
  if (wantsNumber && shapes.known !== 'array') {
    const found = await ask(remote, { ...query, cursor: undefined, sort: 'createdAt' }, context);
    if (Array.isArray(found)) {
      shapes.learn('array');
      return listLocally(found, query, query.limit ?? DEFAULT_LIMIT);
    }
    throw new ThawError(
      'unsupported_by_backend',
      'This server has no numbered pages and sorts by fewer fields.',
      {
        next: 'Go on with nextCursor of the page before; sort by name, cpu, memoryGib, diskGib, createdAt or lastActivityAt.',
      },
    );
  }
  return listAny(remote, shapes, query, context);
}

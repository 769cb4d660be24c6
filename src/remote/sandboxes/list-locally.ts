/** Filters, sorts and pages sandboxes here, for servers that answer all of them at once. Pure. */
import type { ListSandboxes, SandboxPage, SortKey } from '../../../schemas/list-sandboxes.ts';
import { toSummary, type WireSandbox } from '../wire/sandbox.ts';
import { NO_TIME } from '../wire/values.ts';
import { pageCursor, pageOf } from './page-cursor.ts';

const within = (value: number, min: number | undefined, max: number | undefined): boolean =>
  value >= (min ?? Number.NEGATIVE_INFINITY) && value <= (max ?? Number.POSITIVE_INFINITY);

/** False for a time that is not known, when it is asked for. */
function between(moment: string | null, after: string | undefined, before: string | undefined): boolean {
  if (after === undefined && before === undefined) return true;
  if (moment === null) return false;
  return within(
    Date.parse(moment),
    after === undefined ? undefined : Date.parse(after),
    before === undefined ? undefined : Date.parse(before),
  );
}

const among = (value: string | null, choices: readonly string[] | undefined): boolean =>
  choices === undefined || choices.length === 0 || (value !== null && choices.includes(value));

const startsWith = (value: string, prefix: string | undefined): boolean =>
  prefix === undefined || value.toLowerCase().startsWith(prefix.toLowerCase());

function matches(sandbox: WireSandbox, query: ListSandboxes): boolean {
  const labels = Object.entries(query.labels ?? {});
  return (
    startsWith(sandbox.id, query.id) &&
    startsWith(sandbox.name ?? sandbox.id, query.name) &&
    labels.every(([key, value]) => sandbox.labels[key] === value) &&
    among(sandbox.state, query.states) &&
    among(sandbox.snapshot, query.snapshots) &&
    among(sandbox.target, query.regions) &&
    among(sandbox.sandboxClass, query.sandboxClasses) &&
    within(sandbox.cpu, query.minCpu, query.maxCpu) &&
    within(sandbox.memory, query.minMemoryGiB, query.maxMemoryGiB) &&
    within(sandbox.disk, query.minDiskGiB, query.maxDiskGiB) &&
    (query.isPublic === undefined || sandbox.public === query.isPublic) &&
    (query.isRecoverable === undefined || sandbox.recoverable === query.isRecoverable) &&
    between(sandbox.createdAt, query.createdAtAfter, query.createdAtBefore) &&
    between(sandbox.updatedAt, query.lastEventAfter, query.lastEventBefore) &&
    between(sandbox.autoDestroyAt, query.autoDestroyAtAfter, query.autoDestroyAtBefore)
  );
}

const sortValue: Record<SortKey, (sandbox: WireSandbox) => string | number> = {
  id: ({ id }) => id,
  name: ({ id, name }) => name ?? id,
  state: ({ state }) => state,
  snapshot: ({ snapshot }) => snapshot ?? '',
  region: ({ target }) => target,
  cpu: ({ cpu }) => cpu,
  memoryGib: ({ memory }) => memory,
  diskGib: ({ disk }) => disk,
  createdAt: ({ createdAt }) => createdAt ?? NO_TIME,
  updatedAt: ({ updatedAt }) => updatedAt ?? NO_TIME,
  lastActivityAt: ({ lastActivityAt }) => lastActivityAt ?? NO_TIME,
};

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);

export function listLocally(all: readonly WireSandbox[], query: ListSandboxes, limit: number): SandboxPage {
  const value = sortValue[query.sort ?? 'createdAt'];
  const sign = query.order === 'asc' ? 1 : -1;
  const found = all
    .filter((sandbox) => matches(sandbox, query))
    .sort((a, b) => sign * (compare(value(a), value(b)) || compare(a.id, b.id)));
  const page = pageOf(query);
  const totalPages = Math.ceil(found.length / limit);
  return {
    items: found.slice((page - 1) * limit, page * limit).map(toSummary),
    total: found.length,
    page: query.cursor === undefined ? page : null,
    totalPages,
    nextCursor: page < totalPages ? pageCursor(page + 1) : null,
  };
}

/** Filters, sorts and pages the sandboxes in memory. Pure. */
import type { ListSandboxes, SandboxPage, SortKey } from '../../../schemas/list-sandboxes.ts';
import { ThawError } from '../../errors.ts';
import type { SandboxRecord } from '../store/records.ts';
import { LOCAL_TARGET } from './check-create.ts';
import { decodeCursor, encodeCursor, type Position, type SortValue } from './list-cursor.ts';
import { filterRecords } from './list-filter.ts';
import { toSummary, UNLIMITED_DISK } from './to-api.ts';

const DEFAULT_LIMIT = 100;

const sortValue: Record<SortKey, (record: SandboxRecord) => SortValue> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  state: ({ state }) => state,
  snapshot: ({ snapshot }) => snapshot,
  region: () => LOCAL_TARGET,
  cpu: ({ cpu }) => cpu,
  memoryGib: ({ memoryGiB }) => memoryGiB,
  diskGib: () => UNLIMITED_DISK,
  createdAt: ({ createdAt }) => createdAt,
  updatedAt: ({ updatedAt }) => updatedAt,
  lastActivityAt: ({ lastActivityAt }) => lastActivityAt,
};

function compareValues(a: SortValue, b: SortValue): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}

/** Equal values are ordered by id, so that pages never overlap. */
const compare = (a: Position, b: Position): number =>
  compareValues(a.value, b.value) || compareValues(a.id, b.id);

/** Throws `invalid_argument` for a cursor that does not fit, or one together with a page. */
export function listRecords(records: readonly SandboxRecord[], query: ListSandboxes): SandboxPage {
  const { sort = 'createdAt', order = 'desc', page, cursor, limit = DEFAULT_LIMIT } = query;
  if (cursor !== undefined && page !== undefined) {
    throw new ThawError('invalid_argument', 'cursor: give either cursor or page, not both.');
  }
  const direction = order === 'asc' ? 1 : -1;
  const position = (record: SandboxRecord): Position => ({ value: sortValue[sort](record), id: record.id });
  const after = cursor === undefined ? null : decodeCursor(cursor, { sort, order });
  const found = filterRecords(records, query)
    .map((record) => ({ record, at: position(record) }))
    .sort((a, b) => direction * compare(a.at, b.at));
  const first =
    after === null
      ? ((page ?? 1) - 1) * limit
      : found.findIndex(({ at }) => direction * compare(at, after) > 0);
  const shown = first < 0 ? [] : found.slice(first, first + limit);
  const last = shown.at(-1);
  const isLast = last === undefined || first + shown.length >= found.length;
  return {
    items: shown.map(({ record }) => toSummary(record)),
    total: found.length,
    page: after === null ? (page ?? 1) : null,
    totalPages: Math.ceil(found.length / limit),
    nextCursor: isLast ? null : encodeCursor({ sort, order }, last.at),
  };
}

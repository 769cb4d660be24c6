/** Filters, sorts and pages the sandboxes in memory. Pure. */
import type { ListSandboxes, SandboxPage } from '../../../schemas/list-sandboxes.ts';
import type { SandboxRecord } from '../store/records.ts';
import { toSummary } from './to-api.ts';

const DEFAULT_LIMIT = 100;

function matches(record: SandboxRecord, { id, name, labels, states }: ListSandboxes): boolean {
  return (
    (id === undefined || record.id.startsWith(id.toLowerCase())) &&
    (name === undefined || record.name.toLowerCase().startsWith(name.toLowerCase())) &&
    (states === undefined || states.length === 0 || states.includes(record.state)) &&
    Object.entries(labels ?? {}).every(([key, value]) => record.labels[key] === value)
  );
}

function compare(a: SandboxRecord, b: SandboxRecord, key: NonNullable<ListSandboxes['sort']>): number {
  const [x, y] = [a[key], b[key]];
  if (typeof x === 'number' && typeof y === 'number') return x - y;
  return String(x) < String(y) ? -1 : String(x) > String(y) ? 1 : 0;
}

/** Equal keys are ordered by id, so that pages never overlap. */
export function listRecords(records: readonly SandboxRecord[], query: ListSandboxes): SandboxPage {
  const { sort = 'createdAt', order = 'desc', page = 1, limit = DEFAULT_LIMIT } = query;
  const direction = order === 'asc' ? 1 : -1;
  const found = records
    .filter((record) => matches(record, query))
    .sort((a, b) => direction * (compare(a, b, sort) || (a.id < b.id ? -1 : 1)));
  return {
    items: found.slice((page - 1) * limit, page * limit).map(toSummary),
    total: found.length,
    page,
    totalPages: Math.ceil(found.length / limit),
  };
}

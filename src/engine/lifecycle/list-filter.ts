/** Which sandboxes a list shows. Pure. */
import type { ListSandboxes } from '../../../schemas/list-sandboxes.ts';
import type { SandboxRecord } from '../store/records.ts';
import { LOCAL_TARGET } from './check-create.ts';
import { SANDBOX_CLASS, UNLIMITED_DISK } from './to-api.ts';

type Filter = (record: SandboxRecord) => boolean;

function inRange(value: number | null, min: number | undefined, max: number | undefined): boolean {
  if (min === undefined && max === undefined) return true;
  return value !== null && value >= (min ?? -Infinity) && value <= (max ?? Infinity);
}

/** Both ends are left out, as the API's “after” and “before” say. */
function between(value: number | null, after: string | undefined, before: string | undefined): boolean {
  if (after === undefined && before === undefined) return true;
  if (value === null) return false;
  return (
    (after === undefined || value > Date.parse(after)) && (before === undefined || value < Date.parse(before))
  );
}

const oneOf = <T>(value: T, wanted: readonly T[] | undefined): boolean =>
  wanted === undefined || wanted.length === 0 || wanted.includes(value);

const startsWith = (text: string, prefix: string | undefined): boolean =>
  prefix === undefined || text.toLowerCase().startsWith(prefix.toLowerCase());

const filters = (query: ListSandboxes): readonly Filter[] => [
  ({ id }) => startsWith(id, query.id),
  ({ name }) => startsWith(name, query.name),
  ({ labels }) => Object.entries(query.labels ?? {}).every(([key, value]) => labels[key] === value),
  ({ state }) => oneOf<string>(state, query.states),
  ({ snapshot }) => oneOf(snapshot, query.snapshots),
  () => oneOf(LOCAL_TARGET, query.regions),
  () => oneOf<string>(SANDBOX_CLASS, query.sandboxClasses),
  ({ cpu }) => inRange(cpu, query.minCpu, query.maxCpu),
  ({ memoryGiB }) => inRange(memoryGiB, query.minMemoryGiB, query.maxMemoryGiB),
  () => inRange(UNLIMITED_DISK, query.minDiskGiB, query.maxDiskGiB),
  (record) => query.isPublic === undefined || record.public === query.isPublic,
  ({ recoverable }) => query.isRecoverable === undefined || recoverable === query.isRecoverable,
  ({ createdAt }) => between(createdAt, query.createdAtAfter, query.createdAtBefore),
  ({ updatedAt }) => between(updatedAt, query.lastEventAfter, query.lastEventBefore),
  ({ destroyAt }) => between(destroyAt, query.autoDestroyAtAfter, query.autoDestroyAtBefore),
  ({ state, desiredState }) =>
    query.includeErroredDeleted === true || state !== 'error' || desiredState !== 'destroyed',
];

export function filterRecords(records: readonly SandboxRecord[], query: ListSandboxes): SandboxRecord[] {
  const all = filters(query);
  return records.filter((record) => all.every((matches) => matches(record)));
}

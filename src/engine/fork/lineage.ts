/** Who was forked from whom. */
import { ThawError } from '../../errors.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import type { Registry } from '../registry.ts';

/** As the API: no more generations are told. */
const MAX_ANCESTORS = 50;
const MAX_CHILDREN = 100;

export const childrenOf = (registry: Registry, { record }: ManagedSandbox): ManagedSandbox[] =>
  registry
    .all()
    .filter((candidate) => candidate.record.parentId === record.id)
    .sort((a, b) => a.record.createdAt - b.record.createdAt)
    .slice(0, MAX_CHILDREN);

/** Throws `sandbox_not_found` when it was not forked or its source is gone. */
export function parentOf(registry: Registry, { record }: ManagedSandbox): ManagedSandbox {
  const parent = record.parentId === null ? null : registry.byId(record.parentId);
  if (parent !== null) return parent;
  const next =
    record.parentId === null
      ? 'It was not forked from another sandbox.'
      : 'The sandbox that it was forked from is gone.';
  throw new ThawError('sandbox_not_found', `Parent sandbox not found for sandbox ${record.name}`, { next });
}

/** The oldest first, the parent last; ends where a sandbox is gone. */
export function ancestorsOf(registry: Registry, sandbox: ManagedSandbox): ManagedSandbox[] {
  const found: ManagedSandbox[] = [];
  let { parentId } = sandbox.record;
  while (parentId !== null && found.length < MAX_ANCESTORS) {
    const parent = registry.byId(parentId);
    if (parent === null) break;
    found.unshift(parent);
    ({ parentId } = parent.record);
  }
  return found;
}

/** The engine's side of forks and archives: names to sandboxes, records to the API's shapes. */
import type { ForkSandbox } from '../../schemas/copies.ts';
import type { OperationGroups } from '../backend/port.ts';
import { toTimestamp } from '../clock.ts';
import { ThawError } from '../errors.ts';
import { archiveSandbox, backupSandbox } from './archive/archive.ts';
import type { EngineContext } from './context.ts';
import { forkSandbox } from './fork/fork.ts';
import { ancestorsOf, childrenOf, parentOf } from './fork/lineage.ts';
import { toApiSandbox } from './lifecycle/to-api.ts';
import type { Pools } from './pool/pools.ts';

/** One name or undefined for each fork. Throws `invalid_argument` when there are more names than forks. */
function forkNames({ count, names = [] }: ForkSandbox): (string | undefined)[] {
  const wanted = count ?? Math.max(1, names.length);
  if (names.length > wanted) {
    throw new ThawError('invalid_argument', `names: ${names.length} names for ${wanted} forks.`);
  }
  return Array.from({ length: wanted }, (_, index) => names[index]);
}

function forks(context: EngineContext, pools: Pools): OperationGroups['forks'] {
  const { registry, clock, snapshots } = context;
  return {
    async fork(name, request, call) {
      const began = clock.monotonic();
      const names = forkNames(request);
      const source = registry.find(name, call);
      const snapshot = snapshots.byImage(source.record.imageId);
      if (snapshot === null) {
        throw new ThawError(
          'snapshot_not_found',
          `The snapshot of sandbox ${source.record.name} is gone, so it cannot be forked.`,
        );
      }
      const { children, pausedMs } = await forkSandbox(
        context,
        pools.for(snapshot),
        source,
        names,
        call.signal,
      );
      return {
        children: children.map(({ sandbox, error }, index) => ({
          id: sandbox?.record.id ?? null,
          name: sandbox?.record.name ?? names[index] ?? '',
          state: sandbox?.record.state ?? null,
          error: error === null ? null : `${error.code}: ${error.message}`,
        })),
        pausedMs,
        envCopied: Object.keys(source.record.env),
        tookMs: Math.round((clock.monotonic() - began) * 1000) / 1000,
      };
    },
    children: async (name, call) =>
      childrenOf(registry, registry.find(name, call)).map(({ record }) => toApiSandbox(context, record)),
    parent: async (name, call) => toApiSandbox(context, parentOf(registry, registry.find(name, call)).record),
    ancestors: async (name, call) =>
      ancestorsOf(registry, registry.find(name, call)).map(({ record }) => toApiSandbox(context, record)),
  };
}

function archives(context: EngineContext): OperationGroups['archives'] {
  const { registry } = context;
  return {
    async archive(name, call) {
      const sandbox = registry.find(name, call);
      await archiveSandbox(context, sandbox);
      return toApiSandbox(context, sandbox.record);
    },
    async backup(name, call) {
      const sandbox = registry.find(name, call);
      const { pausedMs } = await backupSandbox(context, sandbox);
      const { id, name: own, backupState, archive } = sandbox.record;
      return {
        id,
        name: own,
        backupState,
        backupCreatedAt: archive === null ? null : toTimestamp(archive.createdAt),
        storedBytes: archive?.storedBytes ?? 0,
        pausedMs,
      };
    },
  };
}

export const copyOperations = (
  context: EngineContext,
  pools: Pools,
): Pick<OperationGroups, 'forks' | 'archives'> => ({
  forks: forks(context, pools),
  archives: archives(context),
});

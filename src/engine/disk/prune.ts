/** `thaw prune`: frees what no sandbox, backup or snapshot needs. Whatever is in doubt stays. */
import { storedObjects } from '../archive/stored-objects.ts';
import type { Templates } from '../build/templates.ts';
import type { EngineContext } from '../context.ts';
import { ownerFilter, ROLE_LABEL } from '../labels.ts';
import type { Pools } from '../pool/pools.ts';
import {
  listSandboxContainers,
  removeContainers,
  removeImages,
  strayContainers,
  strayImages,
} from '../reconcile/strays.ts';
import { removeSnapshot } from '../snapshot/delete-snapshot.ts';
import type { PrunedItem } from './pruned.ts';

/** Something that can go, and how. `remove` answers whether it went. */
interface Removable extends PrunedItem {
  readonly remove: () => Promise<boolean>;
}

interface Parts {
  readonly context: EngineContext;
  readonly pools: Pools;
  readonly templates: Templates;
}

/** A built image is kept this long for the create that asked for it, and the next ones. */
const BUILD_UNUSED_MS = 10 * 60_000;

/** Files of the object store that no record names. Those of a sandbox at work may get their record in a moment. */
async function objects({ objects: store, registry }: EngineContext): Promise<Removable[]> {
  const named = (): ReadonlySet<string> => storedObjects(registry.all().map(({ record }) => record));
  const busy = registry
    .all()
    .flatMap(({ record, isBusy, forkPointKept }) => (isBusy || forkPointKept !== null ? [record.id] : []));
  const strays = await store.strays(named());
  return strays.flatMap(({ object, bytes }) => {
    // What was stored since the files were listed has its record by now.
    if (named().has(object) || busy.some((id) => object.startsWith(id))) return [];
    const remove = async (): Promise<boolean> => {
      await store.remove(object);
      return true;
    };
    return [{ kind: 'object', what: object, bytes, remove }];
  });
}

async function containers(context: EngineContext): Promise<Removable[]> {
  const strays = strayContainers(context, await listSandboxContainers(context));
  return await Promise.all(
    strays.map(async (stray): Promise<Removable> => {
      const bytes = (await context.docker.containerSize(stray.id)) ?? 0;
      const remove = async (): Promise<boolean> => (await removeContainers(context, [stray])) === 1;
      return { kind: 'container', what: stray.id.slice(0, 12), bytes, remove };
    }),
  );
}

async function images(context: EngineContext): Promise<Removable[]> {
  const base = await context.docker.inspectImage(context.snapshots.default.imageId);
  const shared = base?.sizeBytes ?? 0;
  return (await strayImages(context)).map((stray) => ({
    kind: 'image',
    what: stray.reference,
    bytes: stray.sizeBytes >= shared ? stray.sizeBytes - shared : stray.sizeBytes,
    remove: async () => (await removeImages(context, [stray])).length === 1,
  }));
}

function builds({ context, pools, templates }: Parts): Removable[] {
  const before = context.clock.now() - BUILD_UNUSED_MS;
  return templates
    .unused()
    .filter(({ lastUsedAt, updatedAt }) => Math.max(lastUsedAt ?? 0, updatedAt) < before)
    .map((record) => ({
      kind: 'build',
      what: record.name,
      bytes: record.ownBytes ?? record.sizeBytes ?? 0,
      remove: async () => {
        await removeSnapshot(context, pools, record);
        return true;
      },
    }));
}

async function unusedPools({ context, pools }: Parts): Promise<Removable[]> {
  const { registry, store, docker } = context;
  const used = new Set(registry.all().map(({ record }) => record.imageId));
  const parked = store.parked();
  return await Promise.all(
    pools
      .onDemand()
      .filter(({ imageId }) => !used.has(imageId))
      .map(async ({ imageId, name }): Promise<Removable> => {
        const own = parked.filter((record) => record.imageId === imageId);
        const sizes = await Promise.all(own.map(({ containerId }) => docker.containerSize(containerId)));
        const remove = async (): Promise<boolean> => {
          await pools.closeFor(imageId);
          return true;
        };
        const bytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
        return { kind: 'pool', what: `${name} (${own.length} parked)`, bytes, remove };
      }),
  );
}

/** Agents of earlier releases, as soon as no container has them mounted. */
async function agentVolumes({ docker, owner, volume }: EngineContext): Promise<Removable[]> {
  const found = await docker.listUnusedVolumes({ ...ownerFilter(owner), [ROLE_LABEL]: 'agent' });
  return found
    .filter((name) => name !== volume?.name)
    .map((name) => ({
      kind: 'volume',
      what: name,
      bytes: 0,
      remove: async () => {
        await docker.removeVolume(name);
        return true;
      },
    }));
}

/** Removes them one after another, or nothing in a dry run. What cannot be removed is logged and not in the answer. */
async function removeEach(
  { log }: Pick<EngineContext, 'log'>,
  found: readonly Removable[],
  dryRun: boolean,
): Promise<readonly PrunedItem[]> {
  const gone: PrunedItem[] = [];
  for (const { kind, what, bytes, remove } of found) {
    try {
      if (dryRun || (await remove())) gone.push({ kind, what, bytes });
    } catch (error) {
      log.warn({ err: error, kind, what }, 'what nothing needs could not be removed');
    }
  }
  return gone;
}

/** Answers what was removed, or would be. Throws `engine_unreachable` and `engine_error`. */
export async function pruneEngine(parts: Parts, dryRun: boolean): Promise<readonly PrunedItem[]> {
  const { context } = parts;
  const gone: PrunedItem[] = [];
  // One kind after another: what a pool gives up must not be taken for a stray.
  const finders: readonly (() => Removable[] | Promise<Removable[]>)[] = [
    () => objects(context),
    () => containers(context),
    () => unusedPools(parts),
    () => builds(parts),
    () => images(context),
    () => agentVolumes(context),
  ];
  for (const find of finders) gone.push(...(await removeEach(context, await find(), dryRun)));
  return gone;
}

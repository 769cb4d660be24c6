/** What Thaw uses of the disks, for `thaw status`: measured when it is asked for, and on no other path. */
import { forEachBounded } from '../bounded.ts';
import type { EngineContext } from '../context.ts';
import type { Pools } from '../pool/pools.ts';

/** Bytes and number of one kind of things, and what bounds them. Null is what could not be measured. */
export interface SpaceUse {
  readonly count: number;
  readonly bytes: number | null;
  readonly limitBytes: number;
  readonly freeBytes: number | null;
}

export interface DiskUse {
  readonly archives: SpaceUse;
  /** The default snapshot is not among them: set-up makes it, once. */
  readonly snapshots: SpaceUse;
  /** A parked container cannot write, so the bound is their number. */
  readonly pools: { readonly count: number; readonly bytes: number | null; readonly limit: number };
}

const DEADLINE_MS = 5_000;

/** Null in place of an answer that fails or comes too late. */
async function inTime<T>({ clock, log }: EngineContext, what: string, work: Promise<T>): Promise<T | null> {
  let cancel: () => void = () => undefined;
  const late = new Promise<null>((resolve) => {
    cancel = clock.schedule(DEADLINE_MS, () => resolve(null));
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    log.warn({ err: error }, `${what} could not be measured`);
    return null;
  } finally {
    cancel();
  }
}

/** Parked containers are frozen from their first moment on, so each is measured once. */
export class ParkedSizes {
  readonly #bytes = new Map<string, number>();

  async measure({ docker, store }: EngineContext): Promise<number> {
    const ids = store.parked().map(({ containerId }) => containerId);
    for (const known of this.#bytes.keys()) if (!ids.some((id) => id === known)) this.#bytes.delete(known);
    await forEachBounded(
      ids.filter((id) => !this.#bytes.has(id)),
      async (id) => void this.#bytes.set(id, (await docker.containerSize(id)) ?? 0),
    );
    return [...this.#bytes.values()].reduce((sum, bytes) => sum + bytes, 0);
  }
}

/** Never throws for a Docker Engine that does not answer. */
export async function measureDisk(
  context: EngineContext,
  pools: Pools,
  parkedSizes: ParkedSizes,
): Promise<DiskUse> {
  const [parkedBytes, dockerDisk] = await Promise.all([
    inTime(context, 'the parked containers', parkedSizes.measure(context)),
    inTime(context, "the Docker Engine's disk", context.host.diskOf(context.dockerRoot)),
  ]);
  return {
    archives: context.objects.figures(),
    snapshots: { ...context.snapshotSpace.figures(), freeBytes: dockerDisk?.freeBytes ?? null },
    pools: { count: pools.figures().parked, bytes: parkedBytes, limit: pools.limit },
  };
}

/**
 * The warm pools, one for each snapshot that is in use: the default's always and those of snapshots with a pool of their
 * own, others as long as they are asked for.
 */
import type { EngineContext } from '../context.ts';
import type { PoolFigures } from '../options.ts';
import type { Snapshot } from '../snapshot/snapshots.ts';
import { WarmPool } from './warm-pool.ts';

/** Parked containers of a snapshot that was used once: the next create of it is warm. */
const TARGET_ON_DEMAND = 1;
/** A pool that nobody took from for so long is let go. */
const UNUSED_MS = 10 * 60_000;
const CHECK_MS = 60_000;
/** More snapshots than this have no pool at a time: the one that was used longest ago gives its place up. */
const MAX_ON_DEMAND = 8;

/** A snapshot with a pool of its own keeps it, used or not. */
const isKept = ({ pool = 0 }: Snapshot): boolean => pool > 0;

export class Pools {
  readonly #context: EngineContext;
  readonly #default: WarmPool;
  readonly #onDemand = new Map<string, { readonly pool: WarmPool; usedAt: number }>();
  #cancelCheck: () => void = () => undefined;

  constructor(context: EngineContext) {
    this.#context = context;
    this.#default = new WarmPool(context, context.snapshots.default, context.options.pool.target);
  }

  /** The pool of a snapshot; made when there is none. */
  for(snapshot: Snapshot): WarmPool {
    if (snapshot.imageId === this.#default.snapshot.imageId) return this.#default;
    const known = this.#onDemand.get(snapshot.imageId);
    const usedAt = this.#context.clock.monotonic();
    if (known !== undefined) {
      known.usedAt = usedAt;
      return known.pool;
    }
    const pool = new WarmPool(this.#context, snapshot, this.#targetOf(snapshot));
    if (!isKept(snapshot)) this.#closeOldest();
    this.#onDemand.set(snapshot.imageId, { pool, usedAt });
    return pool;
  }

  /** Starts to fill the pool that a snapshot asks for; of one that is not active there is none. */
  open(id: string): void {
    const { snapshots } = this.#context;
    const record = snapshots.byId(id);
    if (record?.state !== 'active' || record.pool === null || record.pool === 0) return;
    this.for(snapshots.resolveId(id)).start();
  }

  /** The pool for containers of this image, or null when no snapshot has it any more. */
  byImage(imageId: string): WarmPool | null {
    const snapshot = this.#context.snapshots.byImage(imageId);
    return snapshot === null ? null : this.for(snapshot);
  }

  /** The pools that exist only because their snapshot was asked for. */
  onDemand(): readonly { readonly imageId: string; readonly name: string }[] {
    return [...this.#onDemand.values()].flatMap(({ pool: { snapshot } }) =>
      isKept(snapshot) ? [] : [{ imageId: snapshot.imageId, name: snapshot.name }],
    );
  }

  /** How many containers may be parked at once in all pools. */
  get limit(): number {
    const { target } = this.#context.options.pool;
    const others = this.#context.snapshots
      .records()
      .reduce((sum, { state, pool }) => sum + (state === 'active' && target > 0 ? (pool ?? 0) : 0), target);
    return others + MAX_ON_DEMAND * this.#onDemandTarget;
  }

  /** The default pool's figures; `parked` and `starting` count all pools. */
  figures(): PoolFigures {
    const own = this.#default.figures();
    const others = [...this.#onDemand.values()].map(({ pool }) => pool.figures());
    return {
      ...own,
      target: others.reduce((sum, { target }) => sum + target, own.target),
      parked: others.reduce((sum, { parked }) => sum + parked, own.parked),
      starting: others.reduce((sum, { starting }) => sum + starting, own.starting),
      hits: others.reduce((sum, { hits }) => sum + hits, own.hits),
      misses: others.reduce((sum, { misses }) => sum + misses, own.misses),
    };
  }

  start(): void {
    this.#default.start();
    for (const { id } of this.#context.snapshots.records()) this.open(id);
    for (const { pool } of this.#onDemand.values()) pool.start();
    this.#cancelCheck = this.#context.clock.schedule(CHECK_MS, () => this.#check());
  }

  /** Of one pool; null when there is none. */
  figuresOf(imageId: string): PoolFigures | null {
    if (imageId === this.#default.snapshot.imageId) return this.#default.figures();
    return this.#onDemand.get(imageId)?.pool.figures() ?? null;
  }

  /** Lets the pool of an image go, so that nothing needs the image any more. */
  async closeFor(imageId: string): Promise<void> {
    const entry = this.#onDemand.get(imageId);
    this.#onDemand.delete(imageId);
    await entry?.pool.close();
  }

  async close(): Promise<void> {
    this.#cancelCheck();
    await Promise.all([
      this.#default.close(),
      ...[...this.#onDemand.values()].map(({ pool }) => pool.close()),
    ]);
  }

  get #onDemandTarget(): number {
    return Math.min(TARGET_ON_DEMAND, this.#context.options.pool.target);
  }

  /** 0 for the default snapshot turns all pools off. */
  #targetOf(snapshot: Snapshot): number {
    return this.#onDemandTarget === 0 ? 0 : (snapshot.pool ?? this.#onDemandTarget);
  }

  #closeOldest(): void {
    const others = [...this.#onDemand].filter(([, { pool }]) => !isKept(pool.snapshot));
    const [oldest] = others.sort(([, a], [, b]) => a.usedAt - b.usedAt);
    if (oldest !== undefined && others.length >= MAX_ON_DEMAND)
      this.#context.background.run('close a pool for another', () => this.closeFor(oldest[0]));
  }

  #check(): void {
    const { clock, background } = this.#context;
    for (const [imageId, { pool, usedAt }] of this.#onDemand) {
      if (!isKept(pool.snapshot) && clock.monotonic() - usedAt > UNUSED_MS)
        background.run('close an unused pool', () => this.closeFor(imageId));
    }
    this.#cancelCheck = clock.schedule(CHECK_MS, () => this.#check());
  }
}

/** Images that were built for sandboxes: each Dockerfile with its files is built once, and kept as long as it is used. */
import type { BuildWithContext } from '../../../schemas/build.ts';
import { ThawError } from '../../errors.ts';
import { randomHex } from '../../ids.ts';
import type { EngineContext } from '../context.ts';
import type { Pools } from '../pool/pools.ts';
import { dependants, removeSnapshot } from '../snapshot/delete-snapshot.ts';
import { startMaking, type TemplateMaking } from '../snapshot/make-template.ts';
import { newSnapshotRecord } from '../snapshot/snapshot-sandbox.ts';
import type { SandboxRecord, SnapshotRecord } from '../store/records.ts';
import { buildKey } from './build-context.ts';

/** Images that no sandbox has any more and that are kept for the next create, the last used ones. */
const KEPT_UNUSED = 5;
/** `@` is in no name that a caller may give. One that was given up may still be there for a moment. */
const nameFor = (key: string): string => `build@${key.slice(0, 12)}-${randomHex(2)}`;

/** Equal Dockerfiles share an image, whoever sent them; its name is nobody's. */
const ofOwner = {};

const gaveUp = (): ThawError => new ThawError('cancelled', 'Nobody waits for this build any more.');

interface Building {
  readonly record: SnapshotRecord;
  readonly making: TemplateMaking;
  readonly listeners: Set<(message: string) => void>;
}

export class Templates {
  readonly #context: EngineContext;
  readonly #pools: Pools;
  readonly #building = new Map<string, Building>();

  constructor(context: EngineContext, pools: Pools) {
    this.#context = context;
    this.#pools = pools;
  }

  /** The template that is ready for this, or null. */
  ready(build: BuildWithContext): SnapshotRecord | null {
    const key = buildKey(build);
    const found = this.#context.snapshots
      .records()
      .find((record) => record.buildKey === key && record.state === 'active');
    return found ?? null;
  }

  /** The build that is under way for this; begun when there is none. */
  #join(build: BuildWithContext): Building {
    const key = buildKey(build);
    const known = this.#building.get(key);
    if (known !== undefined) return known;
    const record = newSnapshotRecord(this.#context, nameFor(key), ofOwner, {
      buildKey: key,
      dockerfile: build.dockerfileContent,
    });
    const listeners = new Set<(message: string) => void>();
    const making = startMaking(this.#context, record, { kind: 'dockerfile', build }, (message) => {
      for (const tell of listeners) tell(message);
    });
    const building = { record, making, listeners };
    this.#building.set(key, building);
    void making.done.then(() => {
      this.#forget(key, building);
      this.#context.background.run('remove unused builds', async () => {
        await this.trim();
      });
    });
    return building;
  }

  #forget(key: string, building: Building): void {
    if (this.#building.get(key) === building) this.#building.delete(key);
  }

  /**
   * Waits until the template is there; `onJoined` gets the id of the build at once. A build that nobody waits for any
   * more is ended. Throws its failure, and `cancelled` when `signal` comes first.
   */
  async build(
    build: BuildWithContext,
    onJoined: (id: string) => void,
    onProgress: (message: string) => void,
    signal: AbortSignal,
  ): Promise<SnapshotRecord> {
    const building = this.#join(build);
    const { record, making, listeners } = building;
    onJoined(record.id);
    // One of its own for each who waits: two may have the same.
    const tell = (message: string): void => onProgress(message);
    listeners.add(tell);
    let onAbort: () => void = () => undefined;
    const left = new Promise<ThawError>((resolve) => {
      onAbort = () => resolve(gaveUp());
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
    });
    try {
      const failure = await Promise.race([making.outcome, left]);
      if (failure !== null) throw failure;
      const made = this.#context.snapshots.byId(record.id);
      if (made === null) throw new ThawError('engine_error', 'The image was removed right after its build.');
      return made;
    } finally {
      signal.removeEventListener('abort', onAbort);
      listeners.delete(tell);
      if (listeners.size === 0) {
        this.#forget(buildKey(build), building);
        making.cancel(gaveUp());
      }
    }
  }

  /** Images that no sandbox has, the last used ones first. */
  unused(): SnapshotRecord[] {
    return this.#context.snapshots
      .records()
      .filter((record) => record.buildKey !== null && record.state === 'active')
      .filter((record) => dependants(this.#context, record).length === 0)
      .sort((a, b) => (b.lastUsedAt ?? b.updatedAt) - (a.lastUsedAt ?? a.updatedAt));
  }

  /** Removes images that no sandbox has, but for the last used ones. Answers how many went. */
  async trim(keep: number = KEPT_UNUSED): Promise<number> {
    const unused = this.unused().slice(keep);
    for (const record of unused) await removeSnapshot(this.#context, this.#pools, record);
    return unused.length;
  }
}

/** The log of a build goes with the last sandbox and the last image of it. */
export async function releaseBuild(
  { registry, snapshots, buildLogs }: EngineContext,
  { build }: SandboxRecord,
): Promise<void> {
  if (build === null || build.id === null) return;
  const others = registry.all().some(({ record }) => record.build?.id === build.id);
  if (!others && snapshots.byId(build.id) === null) await buildLogs.remove(build.id);
}

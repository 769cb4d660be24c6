/** All sandboxes of this owner, by id and by name. What changes here is on disk before the change is seen. */

import type { Clock } from '../clock.ts';
import { ThawError } from '../errors.ts';
import type { ContainerId, SandboxId } from '../ids.ts';
import { nearest } from '../suggest.ts';
import { ManagedSandbox } from './managed-sandbox.ts';
import type { SandboxRecord } from './store/records.ts';
import type { Store } from './store/store.ts';

/** Activity is kept in memory and written at most this often: it changes with every command. */
const ACTIVITY_WRITE_MS = 5_000;

export class Registry {
  readonly #byId = new Map<string, ManagedSandbox>();
  readonly #byName = new Map<string, ManagedSandbox>();
  readonly #activityWrites = new Map<string, number>();
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  get size(): number {
    return this.#byId.size;
  }

  all(): ManagedSandbox[] {
    return [...this.#byId.values()];
  }

  hasName(name: string): boolean {
    return this.#byName.has(name);
  }

  byId(id: SandboxId): ManagedSandbox | null {
    return this.#byId.get(id) ?? null;
  }

  /** By id, as a string from outside. */
  get(id: string): ManagedSandbox | null {
    return this.#byId.get(id) ?? null;
  }

  byContainer(id: ContainerId): ManagedSandbox | null {
    return this.all().find(({ record }) => record.containerId === id) ?? null;
  }

  #has(sandbox: ManagedSandbox): boolean {
    return this.#byId.get(sandbox.record.id) === sandbox;
  }

  /** By id or name; throws `sandbox_not_found` with the closest names that exist. */
  find(idOrName: string): ManagedSandbox {
    const found = this.#byId.get(idOrName) ?? this.#byName.get(idOrName);
    if (found !== undefined) return found;
    const likely = nearest(idOrName, [...this.#byName.keys()]);
    const existing = likely.length === 0 ? 'There are no sandboxes.' : `Existing: ${likely.join(', ')}.`;
    throw new ThawError('sandbox_not_found', `Sandbox with ID or name ${idOrName} not found. ${existing}`, {
      context: { existing: likely },
    });
  }

  /** Takes a sandbox in whose record the caller has stored already. */
  add(record: SandboxRecord): ManagedSandbox {
    const sandbox = new ManagedSandbox(record);
    this.#byId.set(record.id, sandbox);
    this.#byName.set(record.name, sandbox);
    return sandbox;
  }

  /** Changes a record, on disk first. `alongside` joins the same transaction. */
  update(sandbox: ManagedSandbox, change: Partial<SandboxRecord>, alongside?: () => void): void {
    const record = { ...sandbox.record, ...change, updatedAt: this.#clock.now() };
    if (!this.#has(sandbox)) {
      // Work that outlived its sandbox must not bring the row back.
      sandbox.record = record;
      return;
    }
    if (alongside === undefined) this.#store.putSandbox(record);
    else {
      this.#store.transaction(() => {
        this.#store.putSandbox(record);
        alongside();
      });
    }
    sandbox.record = record;
  }

  /** Notes that somebody uses the sandbox. */
  touch(sandbox: ManagedSandbox): void {
    if (!this.#has(sandbox)) return;
    const now = this.#clock.now();
    sandbox.record = { ...sandbox.record, lastActivityAt: now };
    if (now - (this.#activityWrites.get(sandbox.record.id) ?? 0) < ACTIVITY_WRITE_MS) return;
    this.#activityWrites.set(sandbox.record.id, now);
    this.#store.putSandbox(sandbox.record);
  }

  /** Forgets a sandbox, on disk first; its name is free at once. */
  remove(sandbox: ManagedSandbox): void {
    const { id, name } = sandbox.record;
    this.#store.transaction(() => {
      this.#store.dropSandbox(id);
      this.#store.dropJournal(id);
      this.#store.dropSshAccess(id);
    });
    this.#byId.delete(id);
    this.#activityWrites.delete(id);
    if (this.#byName.get(name) === sandbox) this.#byName.delete(name);
  }

  /** Writes the activity that is still only in memory. */
  flush(): void {
    for (const { record } of this.all()) this.#store.putSandbox(record);
  }
}

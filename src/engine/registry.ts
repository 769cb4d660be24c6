/** All sandboxes of this owner, by id and by name. What changes here is on disk before the change is seen. */

import type { Clock } from '../clock.ts';
import { ThawError } from '../errors.ts';
import type { ContainerId, SandboxId } from '../ids.ts';
import { nearest } from '../suggest.ts';
import { ManagedSandbox } from './managed-sandbox.ts';
import { type Caller, type Organization, organizationOf } from './organizations.ts';
import type { RecordChange } from './record-change.ts';
import type { SandboxRecord } from './store/records.ts';
import type { Store } from './store/store.ts';

/** Activity is kept in memory and written at most this often: it changes with every command. */
const ACTIVITY_WRITE_MS = 5_000;

/** No name has a control character in it. */
const nameKey = (organization: Organization, name: string): string => `${organization ?? ''}\n${name}`;

export class Registry {
  readonly #byId = new Map<string, ManagedSandbox>();
  readonly #byName = new Map<string, ManagedSandbox>();
  readonly #activityWrites = new Map<string, number>();
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #own: string;
  #changed: RecordChange<SandboxRecord> = () => undefined;

  /** `own` is the id of the owner's own organization. */
  constructor(store: Store, clock: Clock, own: string) {
    this.#store = store;
    this.#clock = clock;
    this.#own = own;
  }

  /** `changed` is called right after each change of a record. */
  watch(changed: RecordChange<SandboxRecord>): void {
    this.#changed = changed;
  }

  get size(): number {
    return this.#byId.size;
  }

  all(): ManagedSandbox[] {
    return [...this.#byId.values()];
  }

  /** Those that the caller may know of. */
  of(caller: Caller): ManagedSandbox[] {
    const organization = organizationOf(this.#own, caller);
    return this.all().filter(({ record }) => record.organizationId === organization);
  }

  hasName(name: string, caller: Caller): boolean {
    return this.#byName.has(nameKey(organizationOf(this.#own, caller), name));
  }

  byId(id: SandboxId): ManagedSandbox | null {
    return this.#byId.get(id) ?? null;
  }

  /** By id, as a string from outside. */
  get(id: string): ManagedSandbox | null {
    return this.#byId.get(id) ?? null;
  }

  /** By id, whosever it is, for who was admitted to it already. Throws `sandbox_not_found`. */
  require(id: string): ManagedSandbox {
    const found = this.#byId.get(id);
    if (found !== undefined) return found;
    throw new ThawError('sandbox_not_found', `Sandbox with ID or name ${id} not found.`);
  }

  byContainer(id: ContainerId): ManagedSandbox | null {
    return this.all().find(({ record }) => record.containerId === id) ?? null;
  }

  #has(sandbox: ManagedSandbox): boolean {
    return this.#byId.get(sandbox.record.id) === sandbox;
  }

  /**
   * By id or name, among those of the caller's organization; throws `sandbox_not_found` with the closest names that
   * exist there. What belongs to others is answered like what does not exist.
   */
  find(idOrName: string, caller: Caller): ManagedSandbox {
    const organization = organizationOf(this.#own, caller);
    const byId = this.#byId.get(idOrName);
    if (byId?.record.organizationId === organization) return byId;
    const byName = this.#byName.get(nameKey(organization, idOrName));
    if (byName !== undefined) return byName;
    const likely = nearest(
      idOrName,
      this.of(caller).map(({ record }) => record.name),
    );
    const existing = likely.length === 0 ? 'There are no sandboxes.' : `Existing: ${likely.join(', ')}.`;
    throw new ThawError('sandbox_not_found', `Sandbox with ID or name ${idOrName} not found. ${existing}`, {
      context: { existing: likely },
    });
  }

  /** Takes a sandbox in whose record the caller has stored already. */
  add(record: SandboxRecord): ManagedSandbox {
    const sandbox = new ManagedSandbox(record);
    this.#byId.set(record.id, sandbox);
    this.#byName.set(nameKey(record.organizationId, record.name), sandbox);
    this.#changed(null, record);
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
    const before = sandbox.record;
    sandbox.record = record;
    this.#changed(before, record);
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
    const { id, name, organizationId } = sandbox.record;
    this.#store.transaction(() => {
      this.#store.dropSandbox(id);
      this.#store.dropJournal(id);
      this.#store.dropSshAccess(id);
    });
    this.#byId.delete(id);
    this.#activityWrites.delete(id);
    const key = nameKey(organizationId, name);
    if (this.#byName.get(key) === sandbox) this.#byName.delete(key);
    this.#changed(sandbox.record, null);
  }

  /** Writes the activity that is still only in memory. */
  flush(): void {
    for (const { record } of this.all()) this.#store.putSandbox(record);
  }
}

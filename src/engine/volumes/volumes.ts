/** All volumes of this owner, by id and by name. What changes here is on disk before the change is seen. */
import { ThawError } from '../../errors.ts';
import { nearest } from '../../suggest.ts';
import { type Caller, organizationOf } from '../organizations.ts';
import type { RecordChange } from '../record-change.ts';
import type { VolumeRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class Volumes {
  readonly #records = new Map<string, VolumeRecord>();
  readonly #store: Store;
  readonly #own: string;
  #changed: RecordChange<VolumeRecord> = () => undefined;

  /** `own` is the id of the owner's own organization. */
  constructor(store: Store, own: string) {
    this.#store = store;
    this.#own = own;
    for (const record of store.volumes()) this.#records.set(record.id, record);
  }

  /** `changed` is called right after each change of a record. */
  watch(changed: RecordChange<VolumeRecord>): void {
    this.#changed = changed;
  }

  get size(): number {
    return this.#records.size;
  }

  /** The newest first. */
  records(): VolumeRecord[] {
    return [...this.#records.values()].sort((a, b) => b.createdAt - a.createdAt);
  }

  /** Those of the caller's organization, the newest first. */
  of(caller: Caller): VolumeRecord[] {
    const organization = organizationOf(this.#own, caller);
    return this.records().filter(({ organizationId }) => organizationId === organization);
  }

  /** By id, whosever it is. */
  byId(id: string): VolumeRecord | null {
    return this.#records.get(id) ?? null;
  }

  byName(name: string, caller: Caller): VolumeRecord | null {
    return this.of(caller).find((record) => record.name === name) ?? null;
  }

  #byId(id: string, caller: Caller): VolumeRecord | null {
    return this.of(caller).find((record) => record.id === id) ?? null;
  }

  /** The caller's, by id, else by name; throws `volume_not_found` with the closest names that exist. */
  find(reference: string, caller: Caller): VolumeRecord {
    const found = this.#byId(reference, caller) ?? this.byName(reference, caller);
    if (found !== null) return found;
    const what = UUID.test(reference) ? 'ID' : 'name';
    throw this.#missing(`Volume with ${what} ${reference} not found`, reference, caller);
  }

  /**
   * The volume that a sandbox names to have it mounted. Throws `volume_not_found`, `invalid_argument` where an id and
   * a name are the same, and `state_conflict` unless it is ready.
   */
  resolve(reference: string, caller: Caller): VolumeRecord {
    const [byId, byName] = [this.#byId(reference, caller), this.byName(reference, caller)];
    if (byId !== null && byName !== null && byId !== byName) {
      throw new ThawError(
        'invalid_argument',
        `Volume reference '${reference}' matches one volume's ID and another volume's name; rename the volume to remove the ambiguity`,
        { next: 'Name the first by its name and the other by its id.' },
      );
    }
    const found = byId ?? byName;
    if (found === null) throw this.#missing(`Volume '${reference}' not found`, reference, caller);
    if (found.state === 'ready') return found;
    throw new ThawError(
      'state_conflict',
      `Volume '${found.name}' is not in a ready state. Current state: ${found.state}`,
      { next: 'Call volume_get to see why, or use another volume.' },
    );
  }

  #missing(message: string, reference: string, caller: Caller): ThawError {
    const existing = nearest(
      reference,
      this.of(caller).map(({ name }) => name),
    );
    return new ThawError('volume_not_found', message, { context: { existing } });
  }

  /** Takes a record in or changes it, on disk first. */
  put(record: VolumeRecord): void {
    this.#store.putVolume(record);
    const before = this.#records.get(record.id) ?? null;
    this.#records.set(record.id, record);
    this.#changed(before, record);
  }

  /** Forgets a volume, on disk first; its name is free at once. */
  drop(record: VolumeRecord): void {
    this.#store.dropVolume(record.id);
    if (this.#records.delete(record.id)) this.#changed(record, null);
  }
}

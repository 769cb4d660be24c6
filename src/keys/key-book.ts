/** The API keys of one state directory: made, listed, revoked, and found by what a caller shows. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { ThawError } from '../errors.ts';
import { newUuid, randomHex } from '../ids.ts';
import { loadKeys, saveKeys } from './key-file.ts';
import { type CreatedKey, identify, type KeyRecord, type ShownKey, showKey } from './key-record.ts';
import { type Identity, permissions } from './permissions.ts';

const MAX_KEYS = 1_000;
/** When a key was used last is written this seldom: it is for people who tidy up. */
const USE_WRITE_GAP_MS = 60_000;
const KEY_FORM = /^dtn_[0-9a-f]{64}$/;

const Name = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^\p{Cc}]+$/u, 'must have no control characters');

/** What a new key is to be. Without permissions it has all of them. */
export const KeyRequest = z.strictObject({
  name: Name,
  permissions: z.array(z.enum(permissions)).max(permissions.length).optional(),
  organization: Name.nullable().optional(),
  expiresAt: z.iso.datetime({ offset: true }).nullable().optional(),
});
export type KeyRequest = z.infer<typeof KeyRequest>;

const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

export class KeyBook {
  readonly #path: string;
  readonly #clock: Clock;
  #keys: Map<string, KeyRecord>;
  #isNew: boolean;
  #usesWrittenMs: number;

  /** Throws `setup_failed` when the file cannot be used. */
  constructor(stateDir: string, clock: Clock) {
    this.#path = join(stateDir, 'keys.json');
    this.#clock = clock;
    const kept = loadKeys(this.#path);
    this.#isNew = kept === null;
    this.#keys = new Map((kept ?? []).map((record) => [record.hash, record]));
    this.#usesWrittenMs = clock.monotonic();
  }

  /** Whether no key was ever made here. */
  get isNew(): boolean {
    return this.#isNew;
  }

  list(): ShownKey[] {
    return [...this.#keys.values()].map(showKey);
  }

  /** Throws `invalid_argument`, `name_conflict` and `capacity`, and then nothing has changed. */
  create(request: KeyRequest): CreatedKey {
    const { name, organization = null, expiresAt = null } = this.#check(request);
    const key = `dtn_${randomHex(32)}`;
    const record: KeyRecord = {
      name,
      hash: hashOf(key).toString('hex'),
      ending: key.slice(-3),
      permissions: [...new Set(request.permissions ?? permissions)],
      userId: this.#userId(organization),
      organization,
      organizationId: this.#organizationId(organization),
      createdAtMs: this.#clock.now(),
      expiresAtMs: expiresAt === null ? null : Date.parse(expiresAt),
      lastUsedAtMs: null,
    };
    this.#replace([...this.#keys.values(), record]);
    return { ...showKey(record), value: key };
  }

  /** False when there is none of that name. */
  revoke(name: string): boolean {
    const left = [...this.#keys.values()].filter((record) => record.name !== name);
    if (left.length === this.#keys.size) return false;
    this.#replace(left);
    return true;
  }

  /** Whose key this is, or null when it is none, is revoked or has expired. */
  find(key: string): Identity | null {
    const record = this.#find(key);
    if (record === null) return null;
    record.lastUsedAtMs = this.#clock.now();
    if (this.#clock.monotonic() - this.#usesWrittenMs > USE_WRITE_GAP_MS) this.flush();
    return identify(record);
  }

  /** The record behind a key that was found, for whoever shows a caller its own key. */
  describe(name: string): ShownKey | null {
    const found = [...this.#keys.values()].find((record) => record.name === name);
    return found === undefined ? null : showKey(found);
  }

  /** Writes when keys were used. Never throws: the next one tries again. */
  flush(): void {
    this.#usesWrittenMs = this.#clock.monotonic();
    if (this.#keys.size === 0) return;
    try {
      saveKeys(this.#path, [...this.#keys.values()]);
    } catch {
      // A full disk must not keep callers with a good key out.
    }
  }

  #find(key: string): KeyRecord | null {
    if (!KEY_FORM.test(key)) return null;
    const hash = hashOf(key);
    // The table is asked by hash, so how long that takes tells nothing about any key.
    const record = this.#keys.get(hash.toString('hex'));
    if (record === undefined || !timingSafeEqual(Buffer.from(record.hash, 'hex'), hash)) return null;
    return record.expiresAtMs !== null && record.expiresAtMs <= this.#clock.now() ? null : record;
  }

  #check(request: KeyRequest): KeyRequest {
    const { expiresAt } = request;
    if (typeof expiresAt === 'string' && Date.parse(expiresAt) <= this.#clock.now()) {
      throw new ThawError('invalid_argument', 'The key would have expired already.', {
        next: 'Give a time in the future.',
      });
    }
    const names = [...this.#keys.values()].map(({ name }) => name);
    if (names.includes(request.name)) {
      throw new ThawError('name_conflict', `There is already an API key "${request.name}".`, {
        next: 'Choose another name, or revoke that key first.',
      });
    }
    if (names.length >= MAX_KEYS) {
      throw new ThawError('capacity', `There are already ${MAX_KEYS} API keys.`, {
        next: 'Revoke keys that are no longer needed (`thaw key revoke`).',
      });
    }
    return request;
  }

  #peers(organization: string | null): KeyRecord | undefined {
    return [...this.#keys.values()].find((record) => record.organization === organization);
  }

  /** One user an organization: keys are for programs, and Thaw has no accounts. */
  #userId(organization: string | null): string {
    return this.#peers(organization)?.userId ?? newUuid();
  }

  #organizationId(organization: string | null): string | null {
    return organization === null ? null : (this.#peers(organization)?.organizationId ?? newUuid());
  }

  #replace(records: readonly KeyRecord[]): void {
    saveKeys(this.#path, records);
    this.#isNew = false;
    this.#keys = new Map(records.map((record) => [record.hash, record]));
  }
}

/** The SSH tokens of this owner: made, found by what their holder shows, and ended. On disk before anybody hears of them. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { newUuid, randomToken, type SandboxId } from '../../ids.ts';
import type { SshAccessRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';

/** As the API has it. About 190 bits, so a plain hash keeps it. */
const TOKEN_LENGTH = 32;
const MINUTE_MS = 60_000;

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

export class SshTokens {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #bySandbox = new Map<SandboxId, SshAccessRecord>();
  readonly #byHash = new Map<string, SshAccessRecord>();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    for (const record of store.sshAccesses()) {
      if (record.expiresAt > clock.now()) this.#keep(record);
      else store.dropSshAccess(record.sandboxId);
    }
  }

  /** Makes a token, which is known to the caller alone from then on. The one before it is no longer valid. */
  create(
    sandboxId: SandboxId,
    minutes: number,
  ): { readonly token: string; readonly record: SshAccessRecord } {
    const token = randomToken(TOKEN_LENGTH);
    const createdAt = this.#clock.now();
    const record: SshAccessRecord = {
      id: newUuid(),
      sandboxId,
      tokenHash: hashOf(token),
      createdAt,
      expiresAt: createdAt + minutes * MINUTE_MS,
    };
    this.#dropExpired();
    this.#store.putSshAccess(record);
    this.#forget(sandboxId);
    this.#keep(record);
    return { token, record };
  }

  /** The access that a token stands for, or null for one that is unknown, revoked or expired. */
  find(token: string): SshAccessRecord | null {
    const hash = hashOf(token);
    const record = this.#byHash.get(hash);
    // The map compares hashes, from whose timing nothing of a token follows; this holds even if the map did not.
    if (record === undefined || !timingSafeEqual(Buffer.from(hash), Buffer.from(record.tokenHash)))
      return null;
    if (record.expiresAt > this.#clock.now()) return record;
    this.drop(record.sandboxId);
    return null;
  }

  /** The access of a sandbox, if there is a valid one. */
  of(sandboxId: SandboxId): SshAccessRecord | null {
    const record = this.#bySandbox.get(sandboxId);
    return record !== undefined && record.expiresAt > this.#clock.now() ? record : null;
  }

  drop(sandboxId: SandboxId): void {
    this.#store.dropSshAccess(sandboxId);
    this.#forget(sandboxId);
  }

  #dropExpired(): void {
    const now = this.#clock.now();
    for (const { sandboxId, expiresAt } of this.#bySandbox.values()) {
      if (expiresAt <= now) this.drop(sandboxId);
    }
  }

  #keep(record: SshAccessRecord): void {
    this.#bySandbox.set(record.sandboxId, record);
    this.#byHash.set(record.tokenHash, record);
  }

  #forget(sandboxId: SandboxId): void {
    const record = this.#bySandbox.get(sandboxId);
    if (record === undefined) return;
    this.#bySandbox.delete(sandboxId);
    this.#byHash.delete(record.tokenHash);
  }
}

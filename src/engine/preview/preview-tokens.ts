/**
 * The tokens that open previews: made, kept as hashes, checked, revoked. The token of a sandbox opens all its ports until
 * its next start; a signed one opens one port for a time, whatever starts in between.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { ThawError } from '../../errors.ts';
import { randomHostToken } from '../../ids.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import type { PreviewTokenTable } from '../store/preview-token-table.ts';

const STANDARD_LENGTH = 32;
/** 16 characters are 82 bits; the API's length, which fits into the label of a host name. */
const SIGNED_LENGTH = 16;
/** One is made by each owner that is asked for it within one generation of the sandbox. */
const KEEP_STANDARD = 8;
const MAX_SIGNED = 1_000;

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Whether two hashes are the same, in a time that tells nothing about where they differ. */
const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

export class PreviewTokens {
  readonly #table: PreviewTokenTable;
  readonly #clock: Clock;
  /** In plain text only here, so that a sandbox has one token while an owner lives. */
  readonly #standard = new WeakMap<ManagedSandbox, { readonly generation: number; readonly token: string }>();

  constructor(table: PreviewTokenTable, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  /** The token that opens all ports of the sandbox as it runs now, or ran last. */
  standard(sandbox: ManagedSandbox): string {
    const { id, generation } = sandbox.record;
    const known = this.#standard.get(sandbox);
    if (known?.generation === generation) return known.token;
    const token = randomHostToken(STANDARD_LENGTH);
    this.#table.putStandard(hashOf(token), id, generation, this.#clock.now(), KEEP_STANDARD);
    this.#standard.set(sandbox, { generation, token });
    return token;
  }

  /** Whether `token` is a token of the sandbox since its last start. */
  opens({ record }: ManagedSandbox, token: string): boolean {
    const hash = hashOf(token);
    return this.#table.standard(record.id, record.generation).some((known) => isSame(known, hash));
  }

  /** Throws `capacity` when the sandbox has a thousand of them that are valid. */
  sign(
    { record }: ManagedSandbox,
    port: number,
    seconds: number,
  ): { readonly token: string; readonly expiresAt: number } {
    const now = this.#clock.now();
    if (this.#table.countSigned(record.id, now) >= MAX_SIGNED) {
      throw new ThawError(
        'capacity',
        `Sandbox ${record.name} has ${MAX_SIGNED} signed URLs that are valid.`,
        {
          next: 'End some with sandbox_expire_preview_url, wait until some expire, or use sandbox_preview_url.',
        },
      );
    }
    const token = randomHostToken(SIGNED_LENGTH);
    const expiresAt = now + seconds * 1_000;
    this.#table.putSigned(hashOf(token), record.id, port, now, expiresAt);
    return { token, expiresAt };
  }

  /** The sandbox that a signed token opens at this port; null when it is unknown, over or of another port. */
  signedFor(token: string, port: number): string | null {
    // Found by its hash: how long that takes says nothing about the token itself.
    const found = this.#table.signed(hashOf(token), port);
    return found !== null && found.expiresAt > this.#clock.now() ? found.sandboxId : null;
  }

  /** Tells whether it was valid until now. */
  expire({ record }: ManagedSandbox, port: number, token: string): boolean {
    return this.#table.dropSigned(hashOf(token), record.id, port, this.#clock.now());
  }
}

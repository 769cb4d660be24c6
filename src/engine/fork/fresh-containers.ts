/** Frozen containers for copies: from the pool as far as it has some, newly made for the rest. */
import { ThawError } from '../../errors.ts';
import { newSandboxId } from '../../ids.ts';
import type { EngineContext } from '../context.ts';
import type { Guest } from '../guest/guest.ts';
import { discardGuest, parkGuest } from '../pool/park.ts';
import type { WarmPool } from '../pool/warm-pool.ts';
import type { SandboxRecord } from '../store/records.ts';

/** With `volumes` all are newly made: a mount can only be made with its container. All of them or none. A crash leaves parked containers, which the next owner adopts or removes. */
export async function freshContainers(
  context: EngineContext,
  pool: WarmPool,
  count: number,
  volumes: SandboxRecord['volumes'],
  signal: AbortSignal,
): Promise<Guest[]> {
  const guests: Guest[] = [];
  const take = (): Guest | null => (volumes.length === 0 && guests.length < count ? pool.take() : null);
  for (let guest = take(); guest !== null; guest = take()) guests.push(guest);
  const missing = count - guests.length;
  const made = await pool.yieldTo(() =>
    Promise.allSettled(
      Array.from({ length: missing }, () => parkGuest(context, newSandboxId(), pool.snapshot, volumes)),
    ),
  );
  for (const result of made) if (result.status === 'fulfilled') guests.push(result.value);
  const failed = made.find((result) => result.status === 'rejected');
  if (failed === undefined && !signal.aborted) return guests;
  for (const guest of guests) context.background.run('discard', () => discardGuest(context, guest));
  throw failed?.reason ?? new ThawError('cancelled', 'That was cancelled; nothing was left behind.');
}

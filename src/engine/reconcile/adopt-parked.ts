/** Takes a container that an earlier owner process had parked into the pool, or removes it. */
import type { EngineContext } from '../context.ts';
import { hasAgent } from '../guest/container-spec.ts';
import type { Guest } from '../guest/guest.ts';
import type { WarmPool } from '../pool/warm-pool.ts';
import type { ParkedRecord } from '../store/records.ts';

/** Answers whether it was adopted. It runs for the moment that its agent needs to answer, then it is frozen again. */
export async function adoptParked(
  context: EngineContext,
  pool: WarmPool | null,
  record: ParkedRecord,
  adopt: () => Promise<Guest>,
): Promise<boolean> {
  const { log, store, host, docker } = context;
  try {
    const facts = await docker.inspectContainer(record.containerId);
    const asToday = facts !== null && hasAgent(facts) === (context.volume !== null) && !record.withVolumes;
    // A container that was made for a fork, an image that was rebuilt since, an agent that came or went, or a pool that is off now, makes it useless.
    if (asToday && pool !== null && pool.wantsMore()) {
      const guest = await adopt();
      await context.snapshots.learn(record.imageId, guest.agent);
      await host.freeze(guest.place);
      pool.add(guest);
      return true;
    }
  } catch (error) {
    log.warn({ err: error, sandbox: record.id }, 'a parked container cannot be adopted');
  }
  try {
    store.dropParked(record.id);
    await docker.removeContainer(record.containerId);
  } catch (error) {
    log.error(
      { err: error, sandbox: record.id },
      'a parked container could not be removed; the next start tries again',
    );
  }
  return false;
}

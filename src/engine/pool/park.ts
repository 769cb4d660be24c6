/** Makes and unmakes one parked container. */
import type { SandboxId } from '../../ids.ts';
import type { EngineContext } from '../context.ts';
import { type Guest, launchGuest } from '../guest/guest.ts';
import { defaultLimits } from '../limits.ts';
import { defaultNetwork } from '../network/policy.ts';
import type { Snapshot } from '../snapshot/snapshots.ts';
import type { SandboxRecord } from '../store/records.ts';
import { mountVolumes } from '../volumes/mounts.ts';

/**
 * A container that runs nothing but its agent, frozen. Until its row is on disk it belongs to nobody: a crash
 * before that leaves a container without a row, which reconciliation removes. With `volumes` it is for a fork alone.
 */
export async function parkGuest(
  context: EngineContext,
  id: SandboxId,
  snapshot: Snapshot,
  volumes: SandboxRecord['volumes'] = [],
): Promise<Guest> {
  context.unrecorded.add(id);
  try {
    return await makeParked(context, id, snapshot, volumes);
  } finally {
    context.unrecorded.delete(id);
  }
}

async function makeParked(
  context: EngineContext,
  id: SandboxId,
  snapshot: Snapshot,
  volumes: SandboxRecord['volumes'],
): Promise<Guest> {
  const { options, owner, volume, store, clock, host, snapshots } = context;
  const plan = {
    id,
    owner,
    image: snapshot.imageId,
    volume,
    limits: defaultLimits(options),
    pids: options.defaults.pids,
    mounts: await mountVolumes(context, volumes),
    network: defaultNetwork,
  };
  const guest = await launchGuest(context, plan, () => context.onStep('park.created'));
  try {
    await snapshots.learn(snapshot.imageId, guest.agent);
    await host.freeze(guest.place);
    context.onStep('park.frozen');
    store.putParked({
      id,
      containerId: guest.containerId,
      imageId: snapshot.imageId,
      snapshot: snapshot.name,
      parkedAt: clock.now(),
      withVolumes: volumes.length > 0,
    });
    context.onStep('park.recorded');
    return guest;
  } catch (error) {
    await discardGuest(context, guest);
    throw error;
  }
}

/** Removes a parked container and its row. */
export async function discardGuest(context: EngineContext, guest: Guest): Promise<void> {
  context.store.dropParked(guest.id);
  guest.agent.close();
  // On cgroup v1 a frozen process is not killed before it thaws.
  await context.host.thaw(guest.place).catch((error: unknown) => {
    context.log.debug({ err: error, sandbox: guest.id }, 'a container to be removed could not be thawed');
  });
  await context.docker.removeContainer(guest.containerId);
}

/**
 * The network of a build. Its steps run what a caller wrote, so they get what a sandbox gets: they join the network of
 * a container that is made exactly as a sandbox's, with the same policy, and that runs nothing but its agent.
 */
import { newSandboxId } from '../../ids.ts';
import type { EngineContext } from '../context.ts';
import type { DockerPort } from '../docker/port.ts';
import { type Guest, launchGuest } from '../guest/guest.ts';
import { toLimits } from '../limits.ts';
import { defaultNetwork } from '../network/policy.ts';

/** The agent alone. */
const LIMITS = toLimits(1, 0.0625);
const PIDS = 16;
/** A daemon that went away in the middle of a build is asked again; what is then still there goes at the next start. */
const RETRIES_MS = [1_000, 2_000, 5_000, 10_000, 30_000, 60_000] as const;

/** Removes a container with those that joined its network, as steps of a build do that its daemon did not survive. */
export async function removeWithPeers(docker: DockerPort, id: Guest['containerId']): Promise<void> {
  for (const peer of await docker.listNetworkPeers(id)) await docker.removeContainer(peer);
  await docker.removeContainer(id);
}

async function removeNow({ docker, log }: EngineContext, guest: Guest): Promise<boolean> {
  try {
    await removeWithPeers(docker, guest.containerId);
    return true;
  } catch (error) {
    log.warn({ err: error, container: guest.containerId }, 'the network of a build could not be removed');
    return false;
  }
}

function removeLater(context: EngineContext, guest: Guest, attempt: number): void {
  const delayMs = RETRIES_MS[attempt];
  if (delayMs === undefined || context.makings.isClosed) return;
  context.clock.schedule(delayMs, () => {
    if (context.makings.isClosed) return;
    context.background.run('remove the network of a build', async () => {
      if (!(await removeNow(context, guest))) removeLater(context, guest, attempt + 1);
    });
  });
}

/** Runs `work` with the name of a network for its steps. */
export async function withBuildNetwork<T>(
  context: EngineContext,
  work: (network: string) => Promise<T>,
): Promise<T> {
  const { owner, volume, snapshots } = context;
  const image = snapshots.default.imageId;
  const network = defaultNetwork;
  const plan = {
    id: newSandboxId(),
    owner,
    image,
    volume,
    limits: LIMITS,
    pids: PIDS,
    network,
    isJoined: true,
  };
  context.unrecorded.add(plan.id);
  let guest: Guest | null = null;
  try {
    guest = await launchGuest(context, plan, () => undefined);
    return await work(`container:${guest.containerId}`);
  } finally {
    context.unrecorded.delete(plan.id);
    guest?.agent.close();
    if (guest !== null && !(await removeNow(context, guest))) removeLater(context, guest, 0);
  }
}

/** One container with a live connection to its guest agent, and no sandbox around it. */
import { systemClock } from '../../../src/clock.ts';
import type { AgentConnection } from '../../../src/engine/agent/port.ts';
import { launchGuest } from '../../../src/engine/guest/guest.ts';
import { networkName } from '../../../src/engine/labels.ts';
import { defaultLimits } from '../../../src/engine/limits.ts';
import { defaultNetwork } from '../../../src/engine/network/policy.ts';
import { openContext } from '../../../src/engine/open-context.ts';
import { newSandboxId } from '../../../src/ids.ts';
import { type Bench, type Closable, once } from '../scenario.ts';
import { temporaryEngineOptions } from './in-process.ts';
import { removeOwner } from './sweep.ts';

export interface AgentStage extends Closable {
  readonly agent: AgentConnection;
}

export async function openAgentStage(bench: Bench): Promise<AgentStage> {
  const options = { ...(await temporaryEngineOptions(bench, 0)), clock: systemClock };
  const context = await openContext(options, (await options.docker.info()).rootDir);
  const close = once(async () => {
    await context.host.close();
    context.store.close();
    await removeOwner(bench.docker, options.stateDir);
  });
  bench.cleanup.add(`removing ${networkName(context.owner)}`, close);
  const guest = await launchGuest(
    context,
    {
      id: newSandboxId(),
      owner: context.owner,
      image: context.snapshots.default.imageId,
      volume: context.volume,
      limits: defaultLimits(options),
      network: defaultNetwork,
      pids: options.defaults.pids,
    },
    () => undefined,
  );
  return { agent: guest.agent, close };
}

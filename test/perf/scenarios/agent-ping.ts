/** agent.ping: a round trip from the engine to the guest agent and back, through Docker's attach stream. */
import { type Scenario, samples } from '../scenario.ts';
import type { AgentStage } from '../stages/one-agent.ts';
import { repeat } from '../timing.ts';

export const agentPing: Scenario<AgentStage> = {
  names: ['agent.ping'],
  async run({ agent }, bench) {
    const { signal } = bench;
    const ms = await repeat({ n: samples(bench, 1000, 200), warmUp: 50, signal }, () => agent.ping());
    return [{ kind: 'times', name: 'agent.ping', ms }];
  },
};

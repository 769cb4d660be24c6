/** create.warm.stdio: `sandbox_create` without arguments by an MCP client over stdio. */
import type { Scenario } from '../scenario.ts';
import type { OwnerStage } from '../stages/owner.ts';
import { sampleWarm, warmId } from './warm-batches.ts';

export const createWarmStdio: Scenario<OwnerStage> = {
  names: ['create.warm.stdio'],
  async run(stage, bench) {
    const ms = await sampleWarm(stage, bench, async () =>
      warmId((await stage.client.call('sandbox_create', {})).value),
    );
    return [{ kind: 'times', name: 'create.warm.stdio', ms }];
  },
};

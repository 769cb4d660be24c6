/** create.network.stdio: from the pool with a network policy of its own, which is in force before the sandbox runs. */
import type { Scenario } from '../scenario.ts';
import type { OwnerStage } from '../stages/owner.ts';
import { sampleWarm, warmId } from './warm-batches.ts';

export const createNetworkStdio: Scenario<OwnerStage> = {
  names: ['create.network.stdio'],
  async run(stage, bench) {
    const ms = await sampleWarm(stage, bench, async (index) => {
      const { value } = await stage.client.call('sandbox_create', {
        name: `bench-${index}`,
        networkAllowList: '198.41.0.0/24,2001:500::/32',
        domainAllowList: 'example.com,*.example.org',
      });
      return warmId(value);
    });
    return [{ kind: 'times', name: 'create.network.stdio', ms }];
  },
};

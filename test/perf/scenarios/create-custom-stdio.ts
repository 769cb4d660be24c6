/** create.custom.stdio: the same with environment, labels, name and limits of its own, none of which may miss the pool. */
import type { Scenario } from '../scenario.ts';
import type { OwnerStage } from '../stages/owner.ts';
import { sampleWarm, warmId } from './warm-batches.ts';

export const createCustomStdio: Scenario<OwnerStage> = {
  names: ['create.custom.stdio'],
  async run(stage, bench) {
    const ms = await sampleWarm(stage, bench, async (index) => {
      const { value } = await stage.client.call('sandbox_create', {
        name: `bench-${index}`,
        env: { STAGE: 'bench', SAMPLE: String(index) },
        labels: { purpose: 'bench', sample: String(index) },
        cpu: 0.5,
        memory: 0.5,
      });
      return warmId(value);
    });
    return [{ kind: 'times', name: 'create.custom.stdio', ms }];
  },
};

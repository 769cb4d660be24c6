/** create.warm.engine: a claim of a parked container, at the engine's own interface. */
import { forEachBounded } from '../../../src/engine/bounded.ts';
import { POOL_SIZE, type Scenario, samples } from '../scenario.ts';
import type { EngineStage } from '../stages/in-process.ts';
import { time } from '../timing.ts';

/** Fewer than are parked, so that no claim of a batch meets the refill that the last parked container sets off. */
const BATCH = POOL_SIZE - 5;

export const createWarmEngine: Scenario<EngineStage> = {
  names: ['create.warm.engine'],
  async run({ engine: { lifecycle }, full }, bench) {
    const { signal } = bench;
    const ms: number[] = [];
    const n = samples(bench, 200, 50);
    while (ms.length < n) {
      const made: string[] = [];
      await full();
      while (made.length < BATCH && ms.length < n) {
        ms.push(
          await time(async () => {
            const { id, startedFrom } = await lifecycle.create({}, { signal });
            made.push(id);
            if (startedFrom !== 'warm') throw new Error('A create from a full pool was cold.');
          }),
        );
      }
      await forEachBounded(made, async (id) => void (await lifecycle.delete(id, { signal })));
    }
    return [{ kind: 'times', name: 'create.warm.engine', ms }];
  },
};

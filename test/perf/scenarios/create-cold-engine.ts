/** create.cold.engine: a create without a warm pool, at the engine's own interface. */
import { type Scenario, samples } from '../scenario.ts';
import type { EngineStage } from '../stages/in-process.ts';
import { time } from '../timing.ts';

export const createColdEngine: Scenario<EngineStage> = {
  names: ['create.cold.engine'],
  async run({ engine: { lifecycle } }, bench) {
    const { signal } = bench;
    const ms: number[] = [];
    const n = samples(bench, 30, 5);
    while (ms.length < n) {
      signal.throwIfAborted();
      let id = '';
      ms.push(
        await time(async () => {
          const created = await lifecycle.create({}, { signal });
          if (created.startedFrom !== 'cold') throw new Error('A create without a pool was warm.');
          id = created.id;
        }),
      );
      await lifecycle.delete(id, { signal });
    }
    return [{ kind: 'times', name: 'create.cold.engine', ms }];
  },
};

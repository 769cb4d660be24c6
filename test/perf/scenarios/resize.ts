/** resize: a running sandbox gets another share of memory and processor, at the engine's own interface. */
import { type Scenario, samples } from '../scenario.ts';
import type { EngineStage } from '../stages/in-process.ts';
import { time } from '../timing.ts';

const WARM_UP = 5;
const FIRST_GIB = 0.25;
const STEP_GIB = 1 / 256;

export const resize: Scenario<EngineStage> = {
  names: ['resize'],
  async run({ engine: { lifecycle } }, bench) {
    const { signal } = bench;
    const { id } = await lifecycle.create({ memory: FIRST_GIB, cpu: 0.5 }, { signal });
    const ms: number[] = [];
    const n = samples(bench, 200, 40) + WARM_UP;
    while (ms.length < n) {
      signal.throwIfAborted();
      const step = ms.length + 1;
      const wanted = { memory: FIRST_GIB + step * STEP_GIB, cpu: 0.5 + step / 1000 };
      ms.push(await time(() => lifecycle.resize(id, wanted, { signal })));
    }
    await lifecycle.delete(id, { signal });
    return [{ kind: 'times', name: 'resize', ms: ms.slice(WARM_UP) }];
  },
};

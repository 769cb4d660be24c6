/** stop, start: a sandbox ends in order and runs again, at the engine's own interface. */
import { type Scenario, samples } from '../scenario.ts';
import type { EngineStage } from '../stages/in-process.ts';
import { time } from '../timing.ts';

export const stopStart: Scenario<EngineStage> = {
  names: ['stop', 'start'],
  async run({ engine: { lifecycle } }, bench) {
    const { signal } = bench;
    const { id } = await lifecycle.create({}, { signal });
    const [stop, start]: [number[], number[]] = [[], []];
    const n = samples(bench, 30, 8);
    while (start.length < n) {
      signal.throwIfAborted();
      stop.push(await time(() => lifecycle.stop(id, { force: false }, { signal })));
      start.push(await time(() => lifecycle.start(id, { signal })));
    }
    await lifecycle.delete(id, { signal });
    return [
      { kind: 'times', name: 'stop', ms: stop },
      { kind: 'times', name: 'start', ms: start },
    ];
  },
};

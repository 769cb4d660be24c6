/** docker.run: creating and starting a container with plain Docker. */
import { type Bench, type Scenario, samples } from '../scenario.ts';
import type { PlainStage } from '../stages/plain.ts';
import { time } from '../timing.ts';

export const dockerRun: Scenario<PlainStage> = {
  names: ['docker.run'],
  async run({ plain }, bench: Bench) {
    const ms: number[] = [];
    const n = samples(bench, 40, 10);
    while (ms.length < n) {
      bench.signal.throwIfAborted();
      let id = '';
      ms.push(
        await time(async () => {
          id = await plain.run(bench.image);
        }),
      );
      await plain.remove(id);
    }
    return [{ kind: 'times', name: 'docker.run', ms }];
  },
};

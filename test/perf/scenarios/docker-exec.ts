/** docker.exec: one `true` with plain Docker, from the request to its exit status. */
import { type Scenario, samples } from '../scenario.ts';
import type { PlainStage } from '../stages/plain.ts';
import { repeat } from '../timing.ts';

export const dockerExec: Scenario<PlainStage> = {
  names: ['docker.exec'],
  async run({ plain }, bench) {
    const id = await plain.run(bench.image);
    const { signal } = bench;
    const ms = await repeat({ n: samples(bench, 200, 30), warmUp: 3, signal }, async () => {
      const { exitCode } = await plain.exec(id, ['true']);
      if (exitCode !== 0) throw new Error(`true ended with status ${exitCode}`);
    });
    await plain.remove(id);
    return [{ kind: 'times', name: 'docker.exec', ms }];
  },
};

/** exec.engine: one `true` in a sandbox, at the engine's own interface. */
import { type Scenario, samples } from '../scenario.ts';
import type { EngineStage } from '../stages/in-process.ts';
import { repeat } from '../timing.ts';

export const execEngine: Scenario<EngineStage> = {
  names: ['exec.engine'],
  async run({ engine: { lifecycle, exec } }, bench) {
    const { signal } = bench;
    const { id } = await lifecycle.create({}, { signal });
    const ms = await repeat({ n: samples(bench, 500, 100), warmUp: 20, signal }, async () => {
      const { exitCode } = await exec.exec(id, { command: 'true' }, { signal });
      if (exitCode !== 0) throw new Error(`true ended with status ${exitCode}`);
    });
    await lifecycle.delete(id, { signal });
    return [{ kind: 'times', name: 'exec.engine', ms }];
  },
};

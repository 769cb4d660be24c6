/** diff: what changed in a running sandbox with 10 MB in 300 changed files, in the list and in a diff of its default length. */
import { type Scenario, samples } from '../scenario.ts';
import type { EngineStage } from '../stages/in-process.ts';
import { time } from '../timing.ts';

const CHANGE =
  'mkdir -p work && for i in $(seq 300); do seq 1 6500 | shuf | head -c 34953 > work/$i; done; sync';

export const diff: Scenario<EngineStage> = {
  names: ['diff', 'diff.paused'],
  async run({ engine: { lifecycle, exec, changes }, full }, bench) {
    const call = { signal: bench.signal };
    await full();
    const { id } = await lifecycle.create({}, call);
    await exec.exec(id, { command: CHANGE }, call);
    const [all, paused]: [number[], number[]] = [[], []];
    while (all.length < samples(bench, 30, 8)) {
      const ms = await time(async () => {
        const { total, pausedMs } = await changes.diff(id, { maxFiles: 500 }, call);
        if (total.added < 300) throw new Error(`${total.added} files were found`);
        paused.push(pausedMs);
      });
      all.push(ms);
    }
    await lifecycle.delete(id, call);
    return [
      { kind: 'times', name: 'diff', ms: all },
      { kind: 'times', name: 'diff.paused', ms: paused },
    ];
  },
};

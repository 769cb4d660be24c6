/** pause, resume: a sandbox with a process stands still and goes on, at the engine's own interface. */
import { type Scenario, samples } from '../scenario.ts';
import type { EngineStage } from '../stages/in-process.ts';
import { time } from '../timing.ts';

const WARM_UP = 20;

export const pauseResume: Scenario<EngineStage> = {
  names: ['pause', 'resume'],
  async run({ engine: { lifecycle, exec } }, bench) {
    const { signal } = bench;
    const { id } = await lifecycle.create({}, { signal });
    await exec.exec(id, { command: 'sleep 1000 >/dev/null 2>&1 &' }, { signal });
    const [pause, resume]: [number[], number[]] = [[], []];
    const n = samples(bench, 300, 60) + WARM_UP;
    while (resume.length < n) {
      signal.throwIfAborted();
      pause.push(await time(() => lifecycle.pause(id, { signal })));
      resume.push(await time(() => lifecycle.resume(id, { signal })));
    }
    await lifecycle.delete(id, { signal });
    return [
      { kind: 'times', name: 'pause', ms: pause.slice(WARM_UP) },
      { kind: 'times', name: 'resume', ms: resume.slice(WARM_UP) },
    ];
  },
};

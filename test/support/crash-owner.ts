/**
 * An owner process that kills itself with SIGKILL at one journal step. Bundled by its test; the argument is the
 * scenario as JSON. Prints nothing: what it leaves behind is the result.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { systemClock } from '../../src/clock.ts';
import { createDockerClient } from '../../src/engine/docker/client.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { journalSteps } from '../../src/engine/lifecycle/steps.ts';
import type { Engine } from '../../src/engine/options.ts';
import { Store } from '../../src/engine/store/store.ts';
import { createLogger } from '../../src/log.ts';
import { operationOf, scenarios, VICTIM } from './crash-scenarios.ts';

export const CrashScenario = z.object({
  stateDir: z.string(),
  step: z.enum(journalSteps),
  endpoint: z.object({ kind: z.literal('socket'), path: z.string() }),
  snapshot: z.object({ name: z.string(), image: z.string() }),
  agentBinary: z.string(),
});
export type CrashScenario = z.infer<typeof CrashScenario>;

/** A sandbox in the state `error`, as a start that failed leaves it. */
function breakVictim(stateDir: string): void {
  const store = new Store(join(stateDir, 'thaw.db'));
  for (const record of store.sandboxes()) {
    if (record.name !== VICTIM) continue;
    store.putSandbox({ ...record, state: 'error', errorReason: 'broken by the test', recoverable: true });
  }
  store.close();
}

async function main(): Promise<void> {
  const scenario = CrashScenario.parse(JSON.parse(process.argv[2] ?? ''));
  const { step, stateDir } = scenario;
  const operation = operationOf(step);
  const parks = operation === 'park';
  const usesPool = parks || step.startsWith('create.warm.');
  let armed = parks;
  const open = (): Promise<Engine> =>
    openEngine({
      stateDir,
      docker: createDockerClient(scenario.endpoint),
      defaultSnapshot: scenario.snapshot,
      agentBinary: scenario.agentBinary,
      pool: { target: usesPool ? 2 : 0, refillConcurrency: 1 },
      defaults: { cpu: 1, memoryGiB: 0.5, pids: 128, user: 'daytona', autoStopMinutes: 0 },
      maxSandboxes: 20,
      helper: 'on',
      clock: systemClock,
      log: createLogger('silent'),
      onStep: (reached) => {
        if (armed && reached === step) process.kill(process.pid, 'SIGKILL');
      },
    });
  let engine = await open();
  if (parks) {
    await new Promise((resolve) => setTimeout(resolve, 30_000));
    return;
  }
  if (usesPool)
    while (engine.status().pool.parked < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  const plan = scenarios[operation];
  if (plan === undefined) throw new Error(`no scenario for ${operation}`);
  for (const act of plan.before) await act(engine);
  if (operation === 'recover') {
    await engine.close({ sandboxes: 'keep' });
    breakVictim(stateDir);
    engine = await open();
  }
  armed = true;
  await plan.act(engine);
}

await main();

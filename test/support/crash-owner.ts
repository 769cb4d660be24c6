/**
 * An owner process that kills itself with SIGKILL at one journal step. Run with tsx; the argument is the
 * scenario as JSON. Prints nothing: what it leaves behind is the result.
 */
import { z } from 'zod';
import type { CallContext } from '../../src/backend/port.ts';
import { systemClock } from '../../src/clock.ts';
import { createDockerClient } from '../../src/engine/docker/client.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { journalSteps } from '../../src/engine/lifecycle/steps.ts';
import type { Engine } from '../../src/engine/options.ts';
import { createLogger } from '../../src/log.ts';

export const CrashScenario = z.object({
  stateDir: z.string(),
  step: z.enum(journalSteps),
  endpoint: z.object({ kind: z.literal('socket'), path: z.string() }),
  snapshot: z.object({ name: z.string(), image: z.string() }),
  agentBinary: z.string(),
});
export type CrashScenario = z.infer<typeof CrashScenario>;

const context: CallContext = { signal: new AbortController().signal };

/** Drives the engine through the operation to which the step belongs. Never returns when the step is reached. */
async function perform(engine: Engine, step: CrashScenario['step']): Promise<void> {
  const { lifecycle } = engine;
  if (step.startsWith('park.')) {
    await new Promise((resolve) => setTimeout(resolve, 30_000));
    return;
  }
  const { id } = await lifecycle.create({ name: 'victim' }, context);
  if (step.startsWith('create.')) return;
  if (step.startsWith('delete.')) {
    await lifecycle.delete(id, context);
    return;
  }
  await lifecycle.stop(id, { force: true }, context);
  await lifecycle.start(id, context);
}

async function main(): Promise<void> {
  const scenario = CrashScenario.parse(JSON.parse(process.argv[2] ?? ''));
  const { step } = scenario;
  const parks = step.startsWith('park.');
  const usesPool = parks || step.startsWith('create.warm.');
  let armed = parks;
  const engine = await openEngine({
    stateDir: scenario.stateDir,
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
  if (usesPool && !parks) {
    while (engine.status().pool.parked < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  armed = true;
  await perform(engine, step);
}

await main();

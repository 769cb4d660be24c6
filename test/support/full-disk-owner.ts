/**
 * An owner process that backs up or archives the sandbox `box` and kills itself with SIGKILL when the object store has
 * got the first bytes. Bundled by its test; the argument is the scenario as JSON.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { z } from 'zod';
import { systemClock } from '../../src/clock.ts';
import { createDockerClient } from '../../src/engine/docker/client.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { createLogger } from '../../src/log.ts';

const Scenario = z.object({
  stateDir: z.string(),
  operation: z.enum(['backup', 'archive']),
  endpoint: z.object({ kind: z.literal('socket'), path: z.string() }),
  snapshot: z.object({ name: z.string(), image: z.string() }),
  agentBinary: z.string(),
});

const FIRST_BYTES = 1_000_000;

const { stateDir, operation, endpoint, snapshot, agentBinary } = Scenario.parse(
  JSON.parse(process.argv[2] ?? ''),
);
const engine = await openEngine({
  stateDir,
  docker: createDockerClient(endpoint),
  defaultSnapshot: snapshot,
  agentBinary,
  pool: { target: 0, refillConcurrency: 1 },
  defaults: { cpu: 1, memoryGiB: 0.5, pids: 128, user: 'daytona', autoStopMinutes: 0 },
  maxSandboxes: 20,
  disk: { archiveBytes: 1024 ** 3, minFreeBytes: 0 },
  helper: 'on',
  clock: systemClock,
  log: createLogger('silent'),
});
const directory = join(stateDir, 'objects');
const over = new AbortController();
const work = engine.archives[operation]('box', { signal: new AbortController().signal }).finally(() =>
  over.abort(),
);
work.catch(() => undefined);
while (!over.signal.aborted) {
  const partial = readdirSync(directory).find((name) => name.endsWith('.partial'));
  if (partial !== undefined && statSync(join(directory, partial)).size >= FIRST_BYTES)
    process.kill(process.pid, 'SIGKILL');
  await turn();
}
await work;

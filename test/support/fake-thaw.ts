/**
 * The command line of Thaw with a fake engine in its owner, for tests that need no Docker. The rest is the real code.
 * What the preparation does is read from `fake.json` in the state directory, again and again while it lasts; how the engine
 * was closed is appended to `fake-closed.txt` there.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { commands } from '../../src/cli/commands.ts';
import { hostOf } from '../../src/cli/process-host.ts';
import { runCli } from '../../src/cli/run.ts';
import { type OpenerFactory, serveCommand } from '../../src/cli/serve.ts';
import { ThawError } from '../../src/errors.ts';
import { fakeEngine } from './fake-engine.ts';

const Plan = z.object({ prepares: z.boolean().default(false), fail: z.string().optional() });
const LOOK_AGAIN_MS = 20;

function readPlan(stateDir: string): z.output<typeof Plan> {
  try {
    return Plan.parse(JSON.parse(readFileSync(join(stateDir, 'fake.json'), 'utf8')));
  } catch {
    return Plan.parse({});
  }
}

const makeFakeOpener: OpenerFactory = ({ paths }) => {
  const note = (text: string): void => appendFileSync(join(paths.stateDir, 'fake-closed.txt'), `${text}\n`);
  return async ({ progress, signal }) => {
    progress('Building the default snapshot');
    while (readPlan(paths.stateDir).prepares) await sleep(LOOK_AGAIN_MS, undefined, { signal });
    const { fail } = readPlan(paths.stateDir);
    if (fail !== undefined) throw new ThawError('setup_failed', fail, { next: 'Start Docker.' });
    return { engine: fakeEngine({ onClose: note }), releaseHost: async () => note('released') };
  };
};

const fakeCommands = commands.map((command) =>
  command.name === 'serve' ? { ...command, load: async () => serveCommand(makeFakeOpener) } : command,
);
process.exitCode = await runCli(process.argv.slice(2), fakeCommands, hostOf(process, process.argv[1] ?? ''));
process.stdout.write('', () => process.exit());

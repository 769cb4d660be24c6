/**
 * What `npm run quickstart`, `bench`, `soak`, `pack:mcpb` and `test:docker26` start: makes a fresh clone ready, then runs what was asked for with the
 * arguments that follow. Plain JavaScript without dependencies, because nothing is installed yet.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installDependencies, requireNode, root, run, runScript, StepError } from './steps.mjs';

/** @type {Record<string, readonly string[]>} */
const commands = {
  quickstart: ['dist/quickstart.mjs'],
  bench: ['--import', 'tsx', 'test/perf/bench.ts'],
  soak: ['--expose-gc', '--import', 'tsx', 'test/perf/soak.ts'],
  'pack:mcpb': ['--import', 'tsx', 'src/packaging/main.ts'],
  'test:docker26': ['--import', 'tsx', 'test/docker26/main.ts'],
};

await runScript(async () => {
  const [name = '', ...args] = process.argv.slice(2);
  const command = commands[name];
  if (command === undefined) {
    throw new StepError(`"${name}" is not one of ${Object.keys(commands).join(', ')}.`);
  }
  requireNode();
  await installDependencies();
  const { build } = await import('./build.mjs');
  await build();
  const script = command.at(-1) ?? '';
  if (!existsSync(join(root, script))) throw new StepError(`${script} is missing from this tree.`);
  return await run(process.execPath, [...command, ...args]);
});

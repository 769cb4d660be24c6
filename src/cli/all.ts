/** Every command; what main.ts loads for all but `mcp`. */
import { commands } from './commands.ts';
import type { ProcessHost } from './host.ts';
import { runCli } from './run.ts';

export const runAnyCommand = (argv: readonly string[], host: ProcessHost): Promise<number> =>
  runCli(argv, commands, host);

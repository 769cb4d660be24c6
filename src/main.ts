/** The command line: hands the process to the command that was asked for. The only file that knows the process. */
import { fileURLToPath } from 'node:url';
import { commands } from './cli/commands.ts';
import { hostOf } from './cli/process-host.ts';
import { runCli } from './cli/run.ts';

const host = hostOf(process, process.argv[1] ?? fileURLToPath(import.meta.url));
process.exitCode = await runCli(process.argv.slice(2), commands, host);
// Handles that a finished command left open must not hold the process; what was written gets out first.
process.stdout.write('', () => process.exit());

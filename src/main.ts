/**
 * The command line: hands the process to the command that was asked for. The only file that knows the process.
 * The relay is part of the first file that Node reads, and everything else is another one: clients wait for it.
 */
import { fileURLToPath } from 'node:url';
import { mcpEntry } from './cli/mcp-entry.ts';
import { hostOf } from './cli/process-host.ts';
import { runCli } from './cli/run.ts';

const argv = process.argv.slice(2);
const host = hostOf(process, process.argv[1] ?? fileURLToPath(import.meta.url));
process.exitCode =
  argv[0] === 'mcp'
    ? await runCli(argv, [mcpEntry], host)
    : await (await import('./cli/all.ts')).runAnyCommand(argv, host);
// Handles that a finished command left open must not hold the process; what was written gets out first.
process.stdout.write('', () => process.exit());

/** Picks the command, reads its flags, runs it, and says what is wrong with the command line. */
import { suggest } from '../suggest.ts';
import { type Command, UsageError } from './command.ts';
import type { ProcessHost } from './host.ts';
import { parseFlags } from './parse-flags.ts';

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Loads the command; each is its own chunk, so that `mcp` stays small. */
  load(): Promise<Command>;
}

function overview(commands: readonly CommandEntry[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const rows = commands.map(({ name, summary }) => `  ${name.padEnd(width)} ${summary}`);
  return [
    'thaw: sandboxes for LLM agents as MCP tools',
    '',
    'Usage: thaw <command> [options]',
    '',
    'Commands:',
    ...rows,
    '',
    '`thaw help <command>` shows the options of a command. `thaw --version` prints the version.',
    '',
  ].join('\n');
}

function find(name: string, commands: readonly CommandEntry[]): CommandEntry {
  const found = commands.find((command) => command.name === name);
  if (found !== undefined) return found;
  const names = [...commands.map((command) => command.name), 'help'];
  const guess = suggest(name, names);
  const hint = guess === null ? `The commands are: ${names.join(', ')}.` : `Did you mean "${guess}"?`;
  throw new UsageError(`Unknown ${name.startsWith('-') ? 'option' : 'command'} "${name}". ${hint}`);
}

async function dispatch(argv: readonly string[], commands: readonly CommandEntry[], host: ProcessHost) {
  const [first, ...rest] = argv;
  if (first === '--version' || first === '-V') {
    const { version } = await import('../version.ts');
    host.stdout.write(`${version}\n`);
    return 0;
  }
  if (first === '--help' || first === '-h' || (first === 'help' && rest[0] === undefined)) {
    host.stdout.write(overview(commands));
    return 0;
  }
  if (first === undefined) {
    host.stderr.write(overview(commands));
    return 2;
  }
  const wantsHelp = first === 'help';
  const command = await find(wantsHelp ? (rest[0] ?? '') : first, commands).load();
  const flags = wantsHelp ? { help: true } : parseFlags(rest, command.flags, command.positionals);
  if (flags['help'] === true) {
    host.stdout.write(command.help());
    return 0;
  }
  return await command.run(flags, host, rest);
}

/** Resolves to the exit status: 2 for a wrong command line. */
export async function runCli(
  argv: readonly string[],
  commands: readonly CommandEntry[],
  host: ProcessHost,
): Promise<number> {
  try {
    return await dispatch(argv, commands, host);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    host.stderr.write(`thaw: ${error.message}\n`);
    return 2;
  }
}

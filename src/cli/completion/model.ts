/** What shells may complete, read from the commands and their flags. */
import type { Command, FlagSpec } from '../command.ts';
import type { CommandEntry } from '../run.ts';

/** A switch takes no value; `free` is text that nothing can complete. */
export type FlagValue =
  | { readonly kind: 'switch' }
  | { readonly kind: 'file' }
  | { readonly kind: 'free' }
  | { readonly kind: 'words'; readonly words: readonly string[] };

export interface CompletedFlag {
  /** With its dashes. */
  readonly name: string;
  readonly help: string;
  /** A switch takes no value; `free` is text that nothing can complete. */
  readonly value: FlagValue;
}

export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly CompletedFlag[];
  /** What its first argument may be. */
  readonly words: readonly string[];
}

const helpFlag: CompletedFlag = { name: '--help', help: 'show the options', value: { kind: 'switch' } };

function valueOf({ type, values, path }: FlagSpec): FlagValue {
  if (type === 'boolean') return { kind: 'switch' };
  if (values !== undefined) return { kind: 'words', words: values };
  return path === true ? { kind: 'file' } : { kind: 'free' };
}

const flagsOf = (command: Command): readonly CompletedFlag[] => [
  ...Object.entries(command.flags).map(([name, spec]) => ({
    name: `--${name}`,
    help: spec.help ?? '',
    value: valueOf(spec),
  })),
  helpFlag,
];

/** Every command with what it takes, `help` included. Loads them all. */
export async function completedCommands(
  entries: readonly CommandEntry[],
): Promise<readonly CompletedCommand[]> {
  const commands = await Promise.all(
    entries.map(async (entry) => {
      const command = await entry.load();
      const { name, summary } = entry;
      return { name, summary, flags: flagsOf(command), words: command.words ?? [] };
    }),
  );
  const names = commands.map(({ name }) => name);
  return [...commands, { name: 'help', summary: 'show the options of a command', flags: [], words: names }];
}

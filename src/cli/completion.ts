/** `thaw completion`: prints a script with which a shell completes commands, flags and their values. */
import { suggest } from '../suggest.ts';
import { type Command, UsageError } from './command.ts';
import { bashCompletion } from './completion/bash.ts';
import { fishCompletion } from './completion/fish.ts';
import { type CompletedCommand, completedCommands } from './completion/model.ts';
import { zshCompletion } from './completion/zsh.ts';
import { positionalsOf } from './parse-flags.ts';
import type { CommandEntry } from './run.ts';

const writers: Readonly<Record<string, (commands: readonly CompletedCommand[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};
const shells = Object.keys(writers);

/** `commands` answers the list that this command is part of. */
export const completionCommand = (commands: () => readonly CommandEntry[]): Command => ({
  flags: {},
  positionals: true,
  words: shells,
  help: () =>
    `Usage: thaw completion ${shells.join('|')}

Prints a script for the shell, with which it completes commands, flags and their values:

  bash   source <(thaw completion bash)     in ~/.bashrc
  zsh    source <(thaw completion zsh)      in ~/.zshrc, behind compinit
  fish   thaw completion fish > ~/.config/fish/completions/thaw.fish
`,
  run: async (_, host, args) => {
    const [shell, ...more] = positionalsOf(args, {});
    if (more.length > 0) throw new UsageError(`Unexpected argument "${more[0]}".`);
    const writer = writers[shell ?? ''];
    if (writer === undefined) {
      const guess = shell === undefined ? null : suggest(shell, shells);
      throw new UsageError(`Name the shell: thaw completion ${guess ?? shells.join('|')}`);
    }
    host.stdout.write(writer(await completedCommands(commands())));
    return 0;
  },
});

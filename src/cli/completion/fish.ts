/** Completion for fish, one line each. */
import type { CompletedCommand, CompletedFlag, FlagValue } from './model.ts';

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const about = (text: string): string => (text === '' ? '' : ` -d ${quote(text)}`);

function valueText(value: FlagValue): string {
  if (value.kind === 'words') return ` -x -a ${quote(value.words.join(' '))}`;
  return { switch: '', free: ' -x', file: ' -r -F' }[value.kind];
}

function flagLine(command: string, { name, help, value }: CompletedFlag): string {
  return `complete -c thaw -n '__fish_seen_subcommand_from ${command}' -l ${name.slice(2)}${valueText(value)}${about(help)}`;
}

function commandLines({ name, summary, flags, words }: CompletedCommand): string[] {
  const list = words.join(' ');
  const first =
    words.length === 0
      ? []
      : [
          `complete -c thaw -n '__fish_seen_subcommand_from ${name}; and test (count (commandline -opc)) -eq 2' -a ${quote(list)}`,
        ];
  return [
    `complete -c thaw -n __fish_use_subcommand -a ${name}${about(summary)}`,
    ...first,
    ...flags.map((flag) => flagLine(name, flag)),
  ];
}

export function fishCompletion(commands: readonly CompletedCommand[]): string {
  return [
    '# Completion of thaw for fish: thaw completion fish > ~/.config/fish/completions/thaw.fish',
    'complete -c thaw -f',
    'complete -c thaw -n __fish_use_subcommand -l version',
    'complete -c thaw -n __fish_use_subcommand -l help',
    ...commands.flatMap(commandLines),
    '',
  ].join('\n');
}

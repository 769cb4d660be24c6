/** Completion for bash, without the bash-completion package. */
import type { CompletedCommand, CompletedFlag } from './model.ts';

const words = (list: readonly string[]): string => `'${list.join(' ')}'`;

/** What completes the value of a flag: a branch of a case over the word before. Flags of one name are alike everywhere. */
function valueBranch({ name, value }: CompletedFlag): string[] {
  if (value.kind === 'switch') return [];
  if (value.kind === 'free') return [`    ${name}) return ;;`];
  const reply =
    value.kind === 'file'
      ? '_thaw_files "$cur"'
      : `COMPREPLY=($(compgen -W ${words(value.words)} -- "$cur"))`;
  return [`    ${name}) ${reply}; return ;;`];
}

const commandBranch = (command: CompletedCommand): string =>
  `    ${command.name}) flags=${words(command.flags.map(({ name }) => name))}; first=${words(command.words)} ;;`;

export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const flags = new Map(commands.flatMap((command) => command.flags).map((flag) => [flag.name, flag]));
  const start = [...commands.map(({ name }) => name), '--help', '--version'];
  return `# Completion of thaw for bash. In ~/.bashrc: source <(thaw completion bash)
_thaw_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$1")
}

_thaw() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} flags='' first=''
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W ${words(start)} -- "$cur"))
    return
  fi
  # Bash takes the equals sign of --flag=value for a word of its own.
  if [[ $cur == '=' ]]; then
    cur=''
  elif [[ $prev == '=' ]]; then
    prev=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case $prev in
${[...flags.values()].flatMap(valueBranch).join('\n')}
  esac
  case \${COMP_WORDS[1]} in
${commands.map(commandBranch).join('\n')}
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$cur"))
  elif ((COMP_CWORD == 2)); then
    COMPREPLY=($(compgen -W "$first" -- "$cur"))
  fi
}

complete -F _thaw thaw
`;
}

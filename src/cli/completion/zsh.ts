/** Completion for zsh: for `source`, and as the file `_thaw` in a directory of fpath. */
import type { CompletedCommand, CompletedFlag } from './model.ts';

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** In the specifications of _arguments and _describe, these characters have a meaning. */
const escape = (text: string): string => text.replaceAll(/[\\:[\]]/g, '\\$&');

function argument({ name, help, value }: CompletedFlag): string {
  const about = help === '' ? '' : `[${escape(help)}]`;
  const label = name.slice(2);
  if (value.kind === 'switch') return quote(`${name}${about}`);
  if (value.kind === 'words') return quote(`${name}=${about}:${label}:(${value.words.join(' ')})`);
  return quote(`${name}=${about}:${label}:${value.kind === 'file' ? '_files' : ''}`);
}

function branch({ name, flags, words }: CompletedCommand): string {
  const first = words.length === 0 ? [] : [quote(`1:${name}:(${words.join(' ')})`)];
  const specs = [...first, ...flags.map(argument)].map((spec) => ` \\\n        ${spec}`).join('');
  return `    ${name})\n      _arguments${specs}\n      ;;`;
}

export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const list = commands.map(({ name, summary }) => `    ${quote(`${name}:${escape(summary)}`)}`);
  return `#compdef thaw
# Completion of thaw for zsh. In ~/.zshrc, behind compinit: source <(thaw completion zsh)
_thaw() {
  local -a thaw_commands
  thaw_commands=(
${list.join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command thaw_commands
    return
  fi
  local thaw_command=$words[2]
  shift words
  ((CURRENT--))
  case $thaw_command in
${commands.map(branch).join('\n')}
  esac
}

if [[ $funcstack[1] == _thaw ]]; then
  _thaw "$@"
else
  compdef _thaw thaw
fi
`;
}

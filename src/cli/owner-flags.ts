/** The owner's options as flags of a command and as text of its help, both from the one table. */
import { type OwnerOption, ownerOptionList } from '../control/owner-options.ts';
import type { FlagSpec } from './command.ts';

/** Options that name files or directories of this machine, some of them several, comma-separated. */
export const pathFlags: ReadonlySet<string> = new Set(['state-dir', 'api-key-file', 'host-paths']);

const specOf = (option: OwnerOption): FlagSpec => ({
  type: option.kind === 'switch' ? 'boolean' : 'string',
  help: option.help,
  path: pathFlags.has(option.flag),
  ...(option.kind === 'choice' ? { values: option.choices } : {}),
});

export const ownerFlags: Readonly<Record<string, FlagSpec>> = Object.fromEntries(
  ownerOptionList.map((option) => [option.flag, specOf(option)]),
);

/** The option that every command has which talks to an owner. */
export const stateDirFlag: Readonly<Record<string, FlagSpec>> = {
  'state-dir': { type: 'string', path: true },
};

export const stateDirHelp = '  --state-dir DIR  state directory of the owner (THAW_STATE_DIR)\n';

function valueName(option: OwnerOption): string {
  if (option.kind === 'switch') return '';
  if (option.kind === 'choice') return ` ${option.choices.join('|')}`;
  return option.kind === 'text' ? ' TEXT' : ' N';
}

function defaultText(option: OwnerOption): string {
  if (option.kind === 'switch') return 'default off';
  if (option.kind === 'choice') return `default ${option.default}`;
  return `default ${option.default ?? option.shownDefault ?? 'none'}`;
}

/** One option in two lines: flag and variable, then what it does and its default. */
const describe = (option: OwnerOption): string =>
  `  --${option.flag}${valueName(option)}  (${option.variable})\n      ${option.help}; ${defaultText(option)}\n`;

export const ownerFlagsHelp = (): string => ownerOptionList.map(describe).join('');

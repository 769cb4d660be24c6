/** Reads the flags of one command with node:util, and names the nearest flag when one does not exist. */
import { parseArgs } from 'node:util';
import { suggest } from '../suggest.ts';
import { type FlagSpec, type Flags, UsageError } from './command.ts';

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number];

function check(token: Token, specs: Readonly<Record<string, FlagSpec>>, positionals: boolean): void {
  if (token.kind === 'positional' && !positionals)
    throw new UsageError(`Unexpected argument "${token.value}".`);
  if (token.kind !== 'option') return;
  const spec = specs[token.name];
  if (spec === undefined) {
    const guess = suggest(token.name, Object.keys(specs));
    throw new UsageError(
      `Unknown option "${token.rawName}".${guess === null ? '' : ` Did you mean "--${guess}"?`}`,
    );
  }
  const hasValue = token.value !== undefined && token.value !== '';
  if (spec.type === 'string' && !hasValue) throw new UsageError(`Option "${token.rawName}" needs a value.`);
  if (spec.type === 'boolean' && token.value !== undefined) {
    throw new UsageError(`Option "${token.rawName}" takes no value.`);
  }
}

/** Throws UsageError. `--help` is known to every command. */
export function parseFlags(
  args: readonly string[],
  specs: Readonly<Record<string, FlagSpec>>,
  positionals = false,
): Flags {
  const known: Record<string, FlagSpec & { short?: string }> = {
    ...specs,
    help: { type: 'boolean', short: 'h' },
  };
  const { values, tokens } = parseArgs({
    args: [...args],
    options: known,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) check(token, known, positionals);
  const flags: Record<string, string | boolean> = {};
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'string' || typeof value === 'boolean') flags[name] = value;
  }
  return flags;
}

/** The arguments that are no flags, in their order. */
export const positionalsOf = (
  args: readonly string[],
  specs: Readonly<Record<string, FlagSpec>>,
): readonly string[] =>
  parseArgs({ args: [...args], options: { ...specs }, strict: false, allowPositionals: true }).positionals;

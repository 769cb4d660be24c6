/** Checks the arguments of a call, and says what is wrong with them in words that a model can act on. */
import type { z } from 'zod';
import { ThawError } from '../errors.ts';
import { suggest } from '../suggest.ts';
import { aliasFor } from './argument-aliases.ts';

/** More would only repeat the lesson. */
const MAX_PROBLEMS = 8;

const show = (path: readonly PropertyKey[]): string => path.map(String).join('.');

/** The value at `path`, to tell a missing argument from one of a wrong type. */
function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/** What the check of a call is about. */
interface Checked {
  /** The name of the tool. */
  readonly tool: string;
  /** Its arguments. */
  readonly known: readonly string[];
  readonly given: unknown;
}

const namesOf = (value: unknown): string[] =>
  typeof value === 'object' && value !== null ? Object.keys(value) : [];

function unknownArgument(key: string, { tool, known, given }: Checked): string {
  const shown = key.slice(0, 64);
  const alias = aliasFor(key, known, namesOf(given));
  if (alias !== null) return `"${shown}" is not an argument of ${tool}: use "${alias}"`;
  const guess = suggest(key, known);
  return `unknown argument "${shown}"${guess === null ? '' : ` (did you mean "${guess}"?)`}`;
}

function unknownArguments({ path, keys }: z.core.$ZodIssueUnrecognizedKeys, checked: Checked): string[] {
  if (path.length === 0) return keys.map((key) => unknownArgument(key, checked));
  return keys.map((key) => `unknown argument "${show(path)}.${key.slice(0, 64)}"`);
}

function describe(issue: z.core.$ZodIssue, checked: Checked): string[] {
  if (issue.code === 'unrecognized_keys') return unknownArguments(issue, checked);
  const where = show(issue.path);
  if (issue.path.length > 0 && valueAt(checked.given, issue.path) === undefined)
    return [`"${where}" is required`];
  return [where === '' ? issue.message : `"${where}": ${issue.message}`];
}

/** The checked input. Throws `invalid_argument` that names each wrong argument and the right ones. */
export function parseArguments<Input extends z.ZodObject>(
  { name: tool, input }: { readonly name: string; readonly input: Input },
  given: unknown,
): z.output<Input> {
  const parsed = input.safeParse(given);
  if (parsed.success) return parsed.data;
  const known = Object.keys(input.shape);
  const problems = parsed.error.issues.flatMap((issue) => describe(issue, { tool, known, given }));
  const shown = problems.slice(0, MAX_PROBLEMS).join('; ');
  const more = problems.length > MAX_PROBLEMS ? `; and ${problems.length - MAX_PROBLEMS} more` : '';
  throw new ThawError('invalid_argument', `${shown}${more}.`, {
    next: `Correct this and call again. The arguments are: ${known.join(', ')}.`,
  });
}

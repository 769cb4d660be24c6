/** Checks the arguments of a call, and says what is wrong with them in words that a model can act on. */
import type { z } from 'zod';
import { ThawError } from '../errors.ts';
import { suggest } from '../suggest.ts';

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

function unknownArguments(issue: z.core.$ZodIssueUnrecognizedKeys, known: readonly string[]): string[] {
  const prefix = issue.path.length === 0 ? '' : `${show(issue.path)}.`;
  return issue.keys.map((key) => {
    const guess = issue.path.length === 0 ? suggest(key, known) : null;
    return `unknown argument "${prefix}${key.slice(0, 64)}"${guess === null ? '' : ` (did you mean "${guess}"?)`}`;
  });
}

function describe(issue: z.core.$ZodIssue, known: readonly string[], given: unknown): string[] {
  if (issue.code === 'unrecognized_keys') return unknownArguments(issue, known);
  const where = show(issue.path);
  if (issue.path.length > 0 && valueAt(given, issue.path) === undefined) return [`"${where}" is required`];
  return [where === '' ? issue.message : `"${where}": ${issue.message}`];
}

/** The checked input. Throws `invalid_argument` that names each wrong argument and the right ones. */
export function parseArguments<Input extends z.ZodObject>(schema: Input, given: unknown): z.output<Input> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const known = Object.keys(schema.shape);
  const problems = parsed.error.issues.flatMap((issue) => describe(issue, known, given));
  const shown = problems.slice(0, MAX_PROBLEMS).join('; ');
  const more = problems.length > MAX_PROBLEMS ? `; and ${problems.length - MAX_PROBLEMS} more` : '';
  throw new ThawError('invalid_argument', `${shown}${more}.`, {
    next: `Correct this and call again. The arguments are: ${known.join(', ')}.`,
  });
}

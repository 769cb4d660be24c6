/** Braces of globs, which the guest's matcher does not know: `*.{js,ts}` is `*.js` and `*.ts`. Pure. */
import { ThawError } from '../../errors.ts';

const MAX_GLOBS = 40;

/** The place of the comma or closing brace that belongs to the brace at `open`. */
function parts(
  glob: string,
  open: number,
): { readonly choices: readonly string[]; readonly end: number } | null {
  const choices: string[] = [];
  let depth = 0;
  let from = open + 1;
  for (let at = open; at < glob.length; at += 1) {
    if (glob[at] === '{') depth += 1;
    else if (glob[at] === '}') depth -= 1;
    const ends = depth === 0;
    if (ends || (depth === 1 && glob[at] === ',')) {
      choices.push(glob.slice(from, at));
      from = at + 1;
    }
    if (ends) return { choices, end: at };
  }
  return null;
}

/** Every glob that the braces stand for. Throws `invalid_argument` when there are too many. */
export function expandBraces(glob: string): readonly string[] {
  const waiting = [glob];
  const done: string[] = [];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const open = next.indexOf('{');
    const found = open < 0 ? null : parts(next, open);
    if (found === null || found.choices.length < 2) done.push(next);
    else {
      const [before, after] = [next.slice(0, open), next.slice(found.end + 1)];
      for (const choice of found.choices) waiting.push(`${before}${choice}${after}`);
    }
    if (waiting.length + done.length > MAX_GLOBS) {
      throw new ThawError('invalid_argument', `A glob stands for more than ${MAX_GLOBS} names.`);
    }
  }
  return done;
}

/**
 * Regular expressions as programmers write them, for the guest's POSIX extended ones (GNU's, which know \w \s \b and their
 * opposites). Translated: \d, escapes in brackets, `(?:`, a leading `(?i)`, control escapes, lazy quantifiers (which find the
 * same lines). Refused, because POSIX has none: look-around, back references, named groups, Unicode classes.
 */
import { ThawError } from '../../errors.ts';

export interface Expression {
  readonly text: string;
  readonly ignoreCase: boolean;
}

const controls: Readonly<Record<string, string>> = { t: '\t', f: '\f', v: '\v', r: '\r' };
const classes: Readonly<Record<string, string>> = {
  d: '[0-9]',
  D: '[^0-9]',
  w: '[A-Za-z0-9_]',
  W: '[^A-Za-z0-9_]',
  s: '[[:space:]]',
  S: '[^[:space:]]',
};
const members: Readonly<Record<string, string>> = { d: '0-9', w: 'A-Za-z0-9_', s: '[:space:]' };

function refuse(what: string): never {
  throw new ThawError('invalid_argument', `content: ${what} cannot be searched for.`, {
    next: 'Use a simpler regular expression (POSIX extended, with \\d \\w \\s \\b), or sandbox_exec with a program that knows it.',
  });
}

/** What a backslash makes literal in both kinds of expression. */
const isPlain = (character: string): boolean => !/[A-Za-z0-9]/.test(character);

/** A bracket expression from its `[`: POSIX has no escapes in it, so `]`, `^` and `-` go to where they are literal. */
function bracket(source: string, from: number): { readonly text: string; readonly next: number } {
  let at = from + 1;
  const negated = source[at] === '^';
  if (negated) at += 1;
  let [first, middle, caret, last] = ['', '', '', ''];
  const start = at;
  for (; at < source.length; at += 1) {
    const character = source[at] ?? '';
    if (character === ']' && at > start) {
      const inner = `${first}${middle}${caret}${last}`;
      if (inner === '') refuse('an empty bracket expression');
      // `^` alone would negate nothing.
      return inner === '^' && !negated
        ? { text: '\\^', next: at + 1 }
        : { text: `[${negated ? '^' : ''}${inner}]`, next: at + 1 };
    }
    if (character === '[' && source[at + 1] === ':') {
      const end = source.indexOf(':]', at);
      if (end < 0) refuse('an open character class');
      middle += source.slice(at, end + 2);
      at = end + 1;
      continue;
    }
    const escaped = character === '\\' ? (source[at + 1] ?? '') : null;
    if (escaped !== null) at += 1;
    if (escaped !== null && members[escaped] !== undefined) middle += members[escaped];
    else if (escaped !== null && /[DWSbBpPuxc0-9]/.test(escaped)) refuse(`\\${escaped} in brackets`);
    else {
      const literal = escaped === null ? character : (controls[escaped] ?? escaped);
      const opensRange = source[at + 1] === '-' && source[at + 2] !== ']' && source[at + 2] !== undefined;
      if (literal === '-' && escaped === null && middle !== '' && source[at + 1] !== ']') middle += '-';
      else if (literal === '-') last = '-';
      else if (literal === ']' && !opensRange) first = ']';
      else if (literal === '^' && !opensRange) caret = '^';
      else if (literal === '[') middle += '[';
      else middle += literal;
    }
  }
  return refuse('a bracket expression without its end');
}

function escape(next: string): string {
  if (next === '') refuse('a backslash at the end');
  if (classes[next] !== undefined) return classes[next];
  if (controls[next] !== undefined) return controls[next];
  if (next === 'b' || next === 'B' || isPlain(next))
    return next === '/' || next === '-' || next === '"' ? next : `\\${next}`;
  return refuse(`\\${next}`);
}

/** Throws `invalid_argument` for what POSIX cannot say. What is malformed otherwise, the guest says. */
export function toPosix(source: string): Expression {
  const ignoreCase = source.startsWith('(?i)');
  let text = '';
  for (let at = ignoreCase ? 4 : 0; at < source.length; ) {
    const character = source[at] ?? '';
    if (character === '\\') {
      text += escape(source[at + 1] ?? '');
      at += 2;
    } else if (character === '[') {
      const inner = bracket(source, at);
      text += inner.text;
      at = inner.next;
    } else if (source.startsWith('(?', at)) {
      if (source[at + 2] !== ':') refuse(`the group (?${source[at + 2] ?? ''}`);
      text += '(';
      at += 3;
    } else if (character === '?' && /[*+?}]/.test(source[at - 1] ?? '') && source[at - 2] !== '\\') {
      // A lazy quantifier finds the same lines.
      at += 1;
    } else {
      text += character;
      at += 1;
    }
  }
  return { text, ignoreCase };
}

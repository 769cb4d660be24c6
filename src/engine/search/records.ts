/** Reads what the agent's `search` program printed, which may be anything: it runs with the rights of whoever is in the sandbox. */
import type { FoundFile, FoundLine, SearchResult } from '../../../schemas/search.ts';
import { ThawError } from '../../errors.ts';
import { codeOf, describeErrno } from '../agent/errno.ts';

const types: Readonly<Record<string, FoundFile['type']>> = {
  f: 'file',
  d: 'directory',
  l: 'symlink',
  o: 'other',
};
/** Fields behind the first of each kind of record. */
const sizes: Readonly<Record<string, number>> = { r: 1, f: 3, m: 4, c: 4, e: 6, x: 2 };
const reasons: Readonly<Record<string, SearchResult['why']>> = {
  none: null,
  matches: 'results',
  entries: 'entries',
  time: 'time',
};

const nonsense = (): ThawError =>
  new ThawError('agent_protocol', 'The search in the sandbox answered what makes no sense.');

function number(text: string | undefined): number {
  const value = text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw nonsense();
  return value;
}

/** Why it did not begin. */
function refusal(kind: string, text: string, path: string): ThawError {
  if (kind === 'bad-pattern') {
    return new ThawError('invalid_argument', `content: no regular expression: ${text.slice(0, 200)}.`, {
      next: 'Correct it, or leave regex out to search for the text as it is.',
    });
  }
  if (kind === 'no-root') {
    return new ThawError(codeOf(number(text)), `${path}: ${describeErrno(number(text))}.`);
  }
  if (kind === 'not-directory') return new ThawError('not_a_directory', `${path} is no directory.`);
  return nonsense();
}

type Draft = { -readonly [Key in keyof FoundFile]: FoundFile[Key] };

function toLine([line, column, cut, text = '']: readonly string[], match: boolean): FoundLine {
  return { line: number(line), text, match, column: number(column), cut: cut === '1' };
}

class Reading {
  readonly #files: Draft[] = [];
  #root: string | null = null;
  #matches = 0;
  #end: readonly string[] | null = null;
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  take(kind: string, fields: readonly string[]): void {
    const [first = '', second = '', third = ''] = fields;
    if (this.#end !== null || (this.#root === null && kind !== 'r' && kind !== 'x')) throw nonsense();
    if (kind === 'x') throw refusal(first, second, this.#path);
    if (kind === 'r') this.#root = first;
    else if (kind === 'e') this.#end = fields;
    else if (kind === 'f') {
      const type = types[first];
      if (type === undefined) throw nonsense();
      this.#files.push({ path: third, type, sizeBytes: number(second), lines: [] });
    } else {
      const file = this.#files.at(-1);
      if (file === undefined) throw nonsense();
      file.lines.push(toLine(fields, kind === 'm'));
      if (kind === 'm') this.#matches += 1;
    }
  }

  /** `cutBy`: what ended it from outside, if anything did. */
  result(names: boolean, cutBy: 'time' | 'size' | null): SearchResult {
    if (this.#root === null || (this.#end === null && cutBy === null)) throw nonsense();
    const [, binary, large, unreadable, excluded, word = ''] = this.#end ?? ['0', '0', '0', '0', '0', 'none'];
    const why = this.#end === null ? cutBy : reasons[word];
    if (why === undefined) throw nonsense();
    return {
      root: this.#root,
      files: this.#files,
      matches: names ? this.#files.length : this.#matches,
      truncated: why !== null,
      why,
      skipped: {
        binary: number(binary),
        large: number(large),
        unreadable: number(unreadable),
        excluded: number(excluded),
      },
    };
  }
}

/** Throws what the program refused with, or `agent_protocol`. */
export function readRecords(
  output: Buffer,
  request: { readonly path: string; readonly names: boolean; readonly cutBy: 'time' | 'size' | null },
): SearchResult {
  const fields = output.toString('utf8').split('\0');
  // Behind the last NUL is nothing, or the half of a field of an output that was cut.
  if (fields.pop() !== '' && request.cutBy === null) throw nonsense();
  const reading = new Reading(request.path);
  for (let at = 0; at < fields.length; ) {
    const kind = fields[at] ?? '';
    const size = sizes[kind];
    if (size === undefined) throw nonsense();
    if (at + size >= fields.length) {
      if (request.cutBy === null) throw nonsense();
      break;
    }
    reading.take(kind, fields.slice(at + 1, at + 1 + size));
    at += 1 + size;
  }
  return reading.result(request.names, request.cutBy);
}

/**
 * Reads JSON with comments and trailing commas into nodes that know where they stand in the text, so that an edit can
 * leave everything else as its owner wrote it.
 */

interface Span {
  /** Offset of the first character. */
  readonly start: number;
  /** Offset behind the last one. */
  readonly end: number;
}

/** An entry of a container with its value; for a member of an object `start` is that of its key. */
export interface Entry extends Span {
  /** Null in an array. */
  readonly key: string | null;
  readonly value: JsoncNode;
}

export interface Container extends Span {
  readonly kind: 'object' | 'array';
  readonly entries: readonly Entry[];
  /** Whether a comma stands behind the last entry. */
  readonly trailingComma: boolean;
}

export type JsoncNode = Container | (Span & { readonly kind: 'scalar'; readonly json: string });

/** What is wrong with the text; the message says where, counted from line 1 and column 1. */
export class JsoncError extends Error {
  override readonly name = 'JsoncError';
}

/** Deeper than any configuration, and far from the end of the stack. */
const MAX_DEPTH = 200;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  fail(expected: string): never {
    const lines = this.#text.slice(0, this.#at).split('\n');
    const found =
      this.#at >= this.#text.length ? 'the text ends' : `there is ${JSON.stringify(this.#text[this.#at])}`;
    const place = `line ${lines.length}, column ${(lines.at(-1) ?? '').length + 1}`;
    throw new JsoncError(`${place}: ${expected} is expected, and ${found}`);
  }

  /** Moves over what the sticky expression matches, and answers it. */
  #take(expression: RegExp): string | null {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#text)?.[0] ?? null;
    if (found !== null) this.#at += found.length;
    return found;
  }

  /** White space and comments. */
  skip(): void {
    for (;;) {
      this.#take(/[\s\uFEFF]*/y);
      if (this.#take(/\/\/[^\n]*/y) !== null) continue;
      if (!this.#text.startsWith('/*', this.#at)) return;
      const end = this.#text.indexOf('*/', this.#at + 2);
      if (end === -1) {
        this.#at = this.#text.length;
        this.fail('the end of a comment');
      }
      this.#at = end + 2;
    }
  }

  /** Whether the character comes next; moves over it. */
  #passes(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #string(): string {
    const start = this.#at;
    if (!this.#passes('"')) this.fail('a name in double quotes');
    for (;;) {
      // All but control characters, the quote and the backslash.
      this.#take(/[ !#-[\]-\uFFFF]+/y);
      if (this.#passes('"')) return this.#text.slice(start, this.#at);
      if (this.#take(/\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y) === null) this.fail('the rest of a text');
    }
  }

  #scalar(): JsoncNode {
    const start = this.#at;
    const json =
      this.#text[start] === '"'
        ? this.#string()
        : this.#take(/(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y);
    if (json === null) this.fail('a value');
    return { kind: 'scalar', json, start, end: this.#at };
  }

  #entry(isObject: boolean, depth: number): Entry {
    const start = this.#at;
    if (!isObject) {
      const value = this.value(depth);
      return { key: null, value, start, end: value.end };
    }
    const key = String(JSON.parse(this.#string()));
    this.skip();
    if (!this.#passes(':')) this.fail('":"');
    this.skip();
    const value = this.value(depth);
    return { key, value, start, end: value.end };
  }

  #container(depth: number): Container {
    const start = this.#at;
    const isObject = this.#passes('{');
    if (!isObject) this.#passes('[');
    const close = isObject ? '}' : ']';
    const entries: Entry[] = [];
    let open = true;
    for (;;) {
      this.skip();
      if (this.#passes(close)) break;
      if (!open) this.fail(`"," or "${close}"`);
      entries.push(this.#entry(isObject, depth));
      this.skip();
      open = this.#passes(',');
    }
    const kind = isObject ? 'object' : 'array';
    return { kind, entries, trailingComma: open && entries.length > 0, start, end: this.#at };
  }

  value(depth: number): JsoncNode {
    if (depth > MAX_DEPTH) this.fail('less nesting');
    const first = this.#text[this.#at];
    return first === '{' || first === '[' ? this.#container(depth + 1) : this.#scalar();
  }

  isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }
}

/** The one value of the text. Throws JsoncError. */
export function parseJsonc(text: string): JsoncNode {
  const reader = new Reader(text);
  reader.skip();
  const node = reader.value(0);
  reader.skip();
  if (!reader.isAtEnd()) reader.fail('the end');
  return node;
}

/** What the node stands for, as JSON.parse would answer it. */
export function valueOf(node: JsoncNode): unknown {
  if (node.kind === 'scalar') return JSON.parse(node.json);
  if (node.kind === 'array') return node.entries.map(({ value }) => valueOf(value));
  return Object.fromEntries(node.entries.map(({ key, value }) => [key, valueOf(value)]));
}

/** Sets, adds and removes entries in JSON with comments, and leaves every other character of the text as it is. */
import { type Container, type Entry, JsoncError, type JsoncNode, parseJsonc } from './parse.ts';

/** Names of members from the outermost object inwards. */
export type MemberPath = readonly [string, ...string[]];

const describe = (path: readonly string[]): string =>
  path.length === 0 ? 'the file' : `"${path.join('.')}"`;

/** Throws JsoncError when the object has the member twice: which one counts depends on the reader. */
function memberOf(object: Container, key: string): Entry | undefined {
  const found = object.entries.filter((entry) => entry.key === key);
  if (found.length > 1) throw new JsoncError(`"${key}" is there twice; remove one`);
  return found[0];
}

function asContainer(node: JsoncNode, kind: Container['kind'], path: readonly string[]): Container {
  if (node.kind === kind) return node;
  throw new JsoncError(`${describe(path)} holds no ${kind}`);
}

/** How the text is written: its line ends and one step of its indentation; null where all of it is on one line. */
interface Layout {
  readonly eol: string;
  readonly step: string | null;
}

const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;

/** What stands before `at` on its line when that is white space alone, else null. */
function indentAt(text: string, at: number): string | null {
  const before = text.slice(lineStart(text, at), at);
  return /^[ \t\uFEFF]*$/.test(before) ? before.replace('\uFEFF', '') : null;
}

function layoutOf(text: string, root: Container): Layout {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const [first] = root.entries;
  if (first === undefined) return { eol, step: '  ' };
  const own = indentAt(text, first.start);
  if (own !== null && own !== '') return { eol, step: own };
  return { eol, step: text.trim().includes('\n') ? '  ' : null };
}

/** The indentation of the line that `at` is on. */
const lineIndent = (text: string, at: number): string =>
  /^[ \t]*/.exec(text.slice(lineStart(text, at)).replace(/^\uFEFF/, ''))?.[0] ?? '';

function write(value: unknown, { eol, step }: Layout, indent: string): string {
  if (step === null) return JSON.stringify(value);
  return JSON.stringify(value, null, step).replaceAll('\n', `${eol}${indent}`);
}

const splice = (text: string, start: number, end: number, put: string): string =>
  `${text.slice(0, start)}${put}${text.slice(end)}`;

/** The entry on one line, with spaces where the text has them. */
function appendInline(text: string, container: Container, key: string | null, value: unknown): string {
  const last = container.entries.at(-1);
  const space = text.includes('": ') ? ' ' : '';
  const put = `${key === null ? '' : `${JSON.stringify(key)}:${space}`}${JSON.stringify(value)}`;
  const close = container.end - 1;
  if (last === undefined) return splice(text, close, close, put);
  return container.trailingComma
    ? splice(text, close, close, `${space}${put},`)
    : splice(text, last.end, last.end, `,${space}${put}`);
}

/** `container` with one more entry behind its last one; `key` is null in an array. */
function append(
  text: string,
  container: Container,
  layout: Layout,
  key: string | null,
  value: unknown,
): string {
  const last = container.entries.at(-1);
  const close = container.end - 1;
  const inside = text.slice(container.start + 1, close);
  if (layout.step === null || (last !== undefined && !inside.includes('\n'))) {
    return appendInline(text, container, key, value);
  }
  const outer = lineIndent(text, container.start);
  const indent = (last === undefined ? null : indentAt(text, last.start)) ?? `${outer}${layout.step}`;
  const name = key === null ? '' : `${JSON.stringify(key)}: `;
  const comma = container.trailingComma ? ',' : '';
  const entry = `${layout.eol}${indent}${name}${write(value, layout, indent)}${comma}`;
  // Behind the comments that follow the last entry: they are about what they stand beside.
  const contentEnd = container.start + 1 + inside.trimEnd().length;
  const keepsEnd = last !== undefined && indentAt(text, close) !== null;
  const tail = keepsEnd ? text.slice(contentEnd) : `${layout.eol}${outer}${text.slice(close)}`;
  const head = text.slice(0, contentEnd);
  if (last === undefined || container.trailingComma) return `${head}${entry}${tail}`;
  return `${splice(head, last.end, last.end, ',')}${entry}${tail}`;
}

/**
 * `text` with the member at `path` set to `value`; objects on the way are made. A text of white space alone counts as
 * an empty object. Throws JsoncError when the text is malformed or the path leads through something else than objects.
 */
export function setMember(text: string, path: MemberPath, value: unknown): string {
  if (text.trim() === '') return `${JSON.stringify(nest(path, value), null, 2)}\n`;
  const root = asContainer(parseJsonc(text), 'object', []);
  const layout = layoutOf(text, root);
  let object = root;
  for (const [index, key] of path.entries()) {
    const rest = path.slice(index + 1);
    const member = memberOf(object, key);
    if (member === undefined) return append(text, object, layout, key, nest(rest, value));
    if (rest.length === 0) {
      const { start, end } = member.value;
      return splice(text, start, end, write(value, layout, lineIndent(text, member.start)));
    }
    object = asContainer(member.value, 'object', path.slice(0, index + 1));
  }
  return text;
}

const nest = (path: readonly string[], value: unknown): unknown =>
  path.reduceRight((inner, key) => ({ [key]: inner }), value);

/** `text` with `value` behind the last item of the array at `path`, which is made when it is not there. Throws JsoncError. */
export function appendItem(text: string, path: MemberPath, value: unknown): string {
  const array = findMember(text, path);
  if (array === null) return setMember(text, path, [value]);
  const container = asContainer(array, 'array', path);
  return append(text, container, layoutOf(text, asContainer(parseJsonc(text), 'object', [])), null, value);
}

/** The value at `path`, or null. Throws JsoncError. */
export function findMember(text: string, path: MemberPath): JsoncNode | null {
  if (text.trim() === '') return null;
  let node = parseJsonc(text);
  for (const [index, key] of path.entries()) {
    const member = memberOf(asContainer(node, 'object', path.slice(0, index)), key);
    if (member === undefined) return null;
    node = member.value;
  }
  return node;
}

/** `text` without the entry of `container` at `index`. Comments stay. */
export function removeEntry(text: string, container: Container, index: number): string {
  const { entries, trailingComma, start, end } = container;
  const entry = entries[index];
  if (entry === undefined) return text;
  const isLast = index === entries.length - 1;
  const comma = !isLast || trailingComma ? commaAfter(text, entry.end) : null;
  let from = indentAt(text, entry.start) === null ? entry.start : lineStart(text, entry.start);
  let to = comma === null ? entry.end : comma + 1;
  // What stands between the entry and its comma can only be comments, and they stay.
  const kept = comma === null ? '' : text.slice(entry.end, comma).trimStart();
  const line = /^[ \t]*(?:\r?\n|$)/.exec(text.slice(to))?.[0];
  if (from < entry.start && line !== undefined && kept === '') to += line.length;
  else {
    from = entry.start;
    if (kept === '') to += /^[ \t]*/.exec(text.slice(to))?.[0].length ?? 0;
  }
  let result = splice(text, from, to, kept);
  const before = entries[index - 1];
  if (isLast && !trailingComma && before !== undefined) {
    const at = commaAfter(text, before.end);
    result = splice(result, at, at + 1, '');
  }
  const inside = result.slice(start + 1, end - 1 - (text.length - result.length));
  const isBare = entries.length === 1 && inside.trim() === '';
  return isBare ? splice(result, start + 1, start + 1 + inside.length, '') : result;
}

/** Where the comma behind `at` is, with nothing but white space and comments between. */
function commaAfter(text: string, at: number): number {
  const gap = /^(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)*/.exec(text.slice(at))?.[0].length ?? 0;
  return at + gap;
}

/** `text` without the member at `path`; the same text when there is none. Throws JsoncError. */
export function removeMember(text: string, path: MemberPath): string {
  const parent = path.slice(0, -1);
  const [first, ...rest] = parent;
  const node = first === undefined ? parseJsonc(text) : findMember(text, [first, ...rest]);
  if (node === null) return text;
  const object = asContainer(node, 'object', parent);
  const index = object.entries.findIndex(({ key }) => key === path.at(-1));
  return index === -1 ? text : removeEntry(text, object, index);
}

/** The diff of one change, with the headers that git writes. Pure. */
import { isUtf8 } from 'node:buffer';
import type { Change, Present } from './compare.ts';
import { hunksOf } from './hunks.ts';
import { pathText } from './path-text.ts';

/** Where git looks for a zero byte. */
const SNIFFED_BYTES = 8_000;

export const isBinary = (content: Buffer): boolean =>
  content.subarray(0, SNIFFED_BYTES).includes(0) || !isUtf8(content);

/** What git can say something of. */
const hasDiff = (entry: Present | null): entry is Present =>
  entry !== null && (entry.kind === 'file' || entry.kind === 'symlink');

const typeBits = { file: 0o100000, symlink: 0o120000 } as const;
/** As the system has it: git itself knows 100644 and 100755 alone. */
function modeText({ kind, mode }: Present): string {
  const isLink = kind === 'symlink';
  return ((isLink ? typeBits.symlink : typeBits.file) | (isLink ? 0 : mode)).toString(8).padStart(6, '0');
}

/** A name with a space has a tab after it, so that programs find its end. */
const nameLine = (mark: string, name: string): string =>
  `${mark} ${name}${name.includes(' ') && !name.startsWith('"') ? '\t' : ''}`;

/** A link's content is its target; git writes it so. */
function contentLines(
  path: string,
  before: Present | null,
  after: Present | null,
  context: number,
): string[] {
  const none = Buffer.alloc(0);
  const [from, to] = [before?.content ?? none, after?.content ?? none];
  if (from.equals(to)) return [];
  const oldName = before === null ? '/dev/null' : pathText(`a/${path}`);
  const newName = after === null ? '/dev/null' : pathText(`b/${path}`);
  if (isBinary(from) || isBinary(to)) return [`Binary files ${oldName} and ${newName} differ`];
  return [
    nameLine('---', oldName),
    nameLine('+++', newName),
    ...hunksOf(from.toString('utf8'), to.toString('utf8'), context),
  ];
}

function headers(before: Present | null, after: Present | null): string[] {
  if (before === null) return after === null ? [] : [`new file mode ${modeText(after)}`];
  if (after === null) return [`deleted file mode ${modeText(before)}`];
  const [from, to] = [modeText(before), modeText(after)];
  return from === to ? [] : [`old mode ${from}`, `new mode ${to}`];
}

function oneDiff(path: string, before: Present | null, after: Present | null, context: number): string[] {
  const told = [...headers(before, after), ...contentLines(path, before, after, context)];
  return told.length === 0 ? [] : [`diff --git ${pathText(`a/${path}`)} ${pathText(`b/${path}`)}`, ...told];
}

/**
 * Ends with a line feed; empty where git has nothing to say: directories, devices, owners. Null when a content was left
 * out. Another type is a deletion and an addition.
 */
export function fileDiff({ path, change, before, after }: Change, contextLines: number): string | null {
  const [from, to] = [hasDiff(before) ? before : null, hasDiff(after) ? after : null];
  const isMode = change === 'mode';
  if (!isMode && [from, to].some((side) => side !== null && side.content === null)) return null;
  const lines =
    change === 'type'
      ? [...oneDiff(path, from, null, contextLines), ...oneDiff(path, null, to, contextLines)]
      : oneDiff(path, from, to, contextLines);
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

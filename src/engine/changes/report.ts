/** The result of a comparison, within its bounds. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type ChangedFile,
  DEFAULT_CHANGES,
  DEFAULT_CONTEXT_LINES,
  DEFAULT_DIFF_BYTES,
  type DiffSandbox,
  type SandboxDiff,
} from '../../../schemas/changes.ts';
import type { Change, Present } from './compare.ts';
import { fileDiff, isBinary } from './file-diff.ts';
import { pathText } from './path-text.ts';

/** Of one content that is compared by its bytes and shown. */
export const MAX_SHOWN_BYTES = 1024 * 1024;

const octal = ({ mode }: Present): string => `0${mode.toString(8).padStart(3, '0')}`;
const owner = ({ uid, gid }: Present): string => `${uid}:${gid}`;
const hasSize = (entry: Present | null): entry is Present =>
  entry?.kind === 'file' || entry?.kind === 'symlink';

/** What one side has that the other has not, in few words. */
function sides(before: Present | null, after: Present | null): Partial<ChangedFile> {
  const both = before !== null && after !== null;
  return {
    ...(hasSize(after) ? { sizeBytes: after.sizeBytes } : {}),
    ...(hasSize(before) ? { previousSizeBytes: before.sizeBytes } : {}),
    ...(after === null || after.kind === 'symlink' ? {} : { mode: octal(after) }),
    ...(both && before.mode !== after.mode && before.kind !== 'symlink'
      ? { previousMode: octal(before) }
      : {}),
    ...(both && owner(before) !== owner(after) ? { owner: owner(after), previousOwner: owner(before) } : {}),
  };
}

const isBinaryFile = (entry: Present | null): boolean =>
  entry?.kind === 'file' && entry.content !== null && isBinary(entry.content);

function describe({ path, change, before, after }: Change): ChangedFile {
  const binary = isBinaryFile(before) || isBinaryFile(after);
  return {
    path: pathText(`/${path}`),
    change,
    kind: (after ?? before)?.kind ?? 'other',
    ...(change === 'type' && before !== null ? { previousKind: before.kind } : {}),
    ...sides(before, after),
    ...(binary ? { binary } : {}),
  };
}

/** Why a content was left out where it was read: it is large, or there was too much of all. */
const reasonFor = ({ before, after }: Change): 'large' | 'limit' =>
  Math.max(before?.sizeBytes ?? 0, after?.sizeBytes ?? 0) > MAX_SHOWN_BYTES ? 'large' : 'limit';

/** What a diff has at least, known without making it: all of a text that is new or gone. */
function leastBytes({ before, after }: Change): number {
  const only = before === null ? after : after === null ? before : null;
  const isText = only?.kind === 'file' && only.content !== null && !isBinary(only.content);
  return isText ? only.sizeBytes : 0;
}

/** Diffs in the order of paths; one that does not fit is left out whole, and smaller ones after it may still fit. */
class DiffText {
  readonly #parts: string[] = [];
  readonly #contextLines: number;
  #left: number;
  omitted = 0;

  constructor(contextLines: number, maxBytes: number) {
    this.#contextLines = contextLines;
    this.#left = maxBytes;
  }

  /** Answers why it was left out, or null. Takes at most a fraction of a second. */
  add(change: Change): 'large' | 'limit' | null {
    const reason = this.#take(change);
    if (reason !== null) this.omitted += 1;
    return reason;
  }

  #take(change: Change): 'large' | 'limit' | null {
    if (leastBytes(change) > this.#left) return 'limit';
    const diff = fileDiff(change, this.#contextLines);
    if (diff === null) return reasonFor(change);
    const bytes = Buffer.byteLength(diff);
    if (bytes > this.#left) return 'limit';
    this.#parts.push(diff);
    this.#left -= bytes;
    return null;
  }

  get text(): string {
    return this.#parts.join('');
  }
}

function countKinds(changes: readonly Change[]): SandboxDiff['total'] {
  const total = { added: 0, modified: 0, deleted: 0, type: 0, mode: 0 };
  for (const { change } of changes) total[change] += 1;
  return total;
}

/** Lets others have their turn between files. Throws the signal's reason when the caller gave up. */
export async function reportChanges(
  changes: readonly Change[],
  { path = '/', since = 'snapshot', ...request }: DiffSandbox,
  pausedMs: number,
  signal: AbortSignal,
): Promise<SandboxDiff> {
  const diffs = new DiffText(
    request.contextLines ?? DEFAULT_CONTEXT_LINES,
    request.maxBytes ?? DEFAULT_DIFF_BYTES,
  );
  const shown = changes.slice(0, request.maxFiles ?? DEFAULT_CHANGES);
  const told: ChangedFile[] = [];
  for (const change of shown) {
    const omitted = diffs.add(change);
    told.push({ ...describe(change), ...(omitted === null ? {} : { omitted }) });
    await nextTurn();
    signal.throwIfAborted();
  }
  const changesOmitted = changes.length - shown.length;
  return {
    path,
    since,
    changes: told,
    total: countKinds(changes),
    unifiedDiff: diffs.text,
    truncated: changesOmitted > 0 || diffs.omitted > 0,
    changesOmitted,
    diffsOmitted: diffs.omitted,
    pausedMs,
  };
}

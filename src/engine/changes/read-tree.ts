/** Reads the stream of `diff-show` and `diff-base` (`src/guest/DIFFERENCE.md`). What is in it may be made up by a sandbox. */
import { ThawError } from '../../errors.ts';
import { ByteQueue } from './byte-queue.ts';
import type { TreeEntry } from './entry.ts';

const BLOCK = 512;
/** The writer's own bound of one entry's records. */
const MAX_RECORDS_BYTES = 2 * 1024 * 1024;
/** About half a gigabyte of memory at the worst; a whole distribution has a tenth of it. */
export const MAX_ENTRIES = 300_000;

type Records = ReadonlyMap<string, string>;

const nonsense = (what: string): ThawError =>
  new ThawError('engine_error', `The list of the sandbox's files makes no sense: ${what}.`);

const text = (block: Buffer, at: number, width: number): string => {
  const field = block.toString('latin1', at, at + width);
  const end = field.indexOf('\0');
  return end < 0 ? field : field.slice(0, end);
};

function number(digits: string, base: 8 | 10, what: string): number {
  const value = digits.trim() === '' ? 0 : Number.parseInt(digits, base);
  if (!Number.isSafeInteger(value) || value < 0) throw nonsense(what);
  return value;
}

/** `LENGTH KEY=VALUE\n`, where the length counts itself. */
function parseRecords(bytes: Buffer): Records {
  const records = new Map<string, string>();
  const whole = bytes.toString('latin1');
  for (let at = 0; at < whole.length; ) {
    const space = whole.indexOf(' ', at);
    const length = number(whole.slice(at, Math.max(at, space)), 10, 'a record');
    const record = whole.slice(space + 1, at + length - 1);
    const equals = record.indexOf('=');
    if (space < 0 || length < 5 || at + length > whole.length || equals < 0) throw nonsense('a record');
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}

const kinds: Readonly<Record<string, TreeEntry['kind']>> = {
  '0': 'file',
  '1': 'file',
  '2': 'symlink',
  '3': 'other',
  '4': 'other',
  '5': 'directory',
  '6': 'other',
};

interface Header {
  readonly type: string;
  readonly stored: number;
  readonly link: string;
  readonly entry: TreeEntry;
}

function parseHeader(block: Buffer, records: Records): Header {
  const type = text(block, 156, 1);
  const field = (at: number, width: number, key: string): number => {
    const record = records.get(key);
    return record === undefined ? number(text(block, at, width), 8, key) : number(record, 10, key);
  };
  const device = `${text(block, 329, 8)}:${text(block, 337, 8)}`;
  const deletes = type === '3' && /^0*:0*$/.test(device);
  const kind = deletes ? 'deleted' : kinds[type];
  if (kind === undefined) throw nonsense('an entry of an unknown type');
  const path = (records.get('path') ?? text(block, 0, 100)).replace(/\/$/, '');
  const link = records.get('linkpath') ?? text(block, 157, 100);
  const stored = field(124, 12, 'size');
  const omitted = records.get('THAW.omitted');
  const sizeBytes = omitted === undefined ? stored : number(omitted, 10, 'THAW.omitted');
  return {
    type,
    stored,
    link,
    entry: {
      path: path === '.' ? '' : path,
      kind,
      mode: field(100, 8, 'mode'),
      uid: field(108, 8, 'uid'),
      gid: field(116, 8, 'gid'),
      mtime: records.get('mtime') ?? String(number(text(block, 136, 12), 8, 'mtime')),
      sizeBytes: kind === 'symlink' ? link.length : sizeBytes,
      content: kind === 'symlink' ? Buffer.from(link, 'latin1') : null,
      opaque: records.has('THAW.opaque'),
      device,
    },
  };
}

/** With its content; a further name of a file is that file once more. */
async function finish(
  queue: ByteQueue,
  { type, stored, link, entry }: Header,
  omitted: boolean,
  before: ReadonlyMap<string, TreeEntry>,
): Promise<TreeEntry> {
  if (type === '1') {
    const first = before.get(link);
    if (first === undefined) throw nonsense('a link to nothing');
    return { ...first, path: entry.path };
  }
  if (type !== '0' || omitted) return entry;
  const content = Buffer.from(await queue.take(stored));
  await queue.take(-stored & (BLOCK - 1));
  return { ...entry, content };
}

/** By path. Throws `engine_error` for nonsense or an early end, and `unsupported` for more entries than are held. */
export async function readTree(chunks: AsyncIterable<Buffer>): Promise<Map<string, TreeEntry>> {
  const queue = new ByteQueue(chunks);
  const entries = new Map<string, TreeEntry>();
  let records: Records = new Map();
  for (;;) {
    const block = await queue.take(BLOCK);
    const type = text(block, 156, 1);
    if (type === 'x' || type === 'g') {
      const size = number(text(block, 124, 12), 8, 'the size of records');
      if (size > MAX_RECORDS_BYTES) throw nonsense('records without an end');
      records = parseRecords(await queue.take(size));
      await queue.take(-size & (BLOCK - 1));
      if (type === 'x') continue;
      if (records.has('THAW.entries')) break;
      records = new Map();
      continue;
    }
    const header = parseHeader(block, records);
    const entry = await finish(queue, header, records.has('THAW.omitted'), entries);
    records = new Map();
    if (entry.path !== '') entries.set(entry.path, entry);
    if (entries.size <= MAX_ENTRIES) continue;
    throw new ThawError('unsupported', `More than ${MAX_ENTRIES} files changed.`, {
      next: 'Give a path, so that fewer are compared.',
    });
  }
  await queue.drain();
  return entries;
}

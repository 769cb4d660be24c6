/** Writes a ZIP archive: deflated, with Unix modes and without times, so that the same files make the same bytes. */
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  /** Relative, with slashes. */
  readonly name: string;
  readonly data: Uint8Array;
  /** Permission bits. */
  readonly mode: number;
}

const VERSION = 20;
const MADE_BY_UNIX = (3 << 8) | VERSION;
const UTF8_NAMES = 0x0800;
const DEFLATED = 8;
/** Four times as fast as the best level for programs, and three percent larger. */
const LEVEL = 4;
/** The first day that the format knows: 1 January 1980. */
const FIRST_DAY = 0x21;
const REGULAR_FILE = 0o100000;
/** What 16 and 32 bits can say without the extension for large archives. */
const MAX_ENTRIES = 0xffff;
const MAX_BYTES = 0xffff_ffff;

interface Packed extends ZipEntry {
  readonly deflated: Buffer;
  readonly offset: number;
}

/** The 26 bytes that the header before the file and the one in the directory share. */
function facts({ name, data, deflated }: Omit<Packed, 'offset'>): Buffer {
  const bytes = Buffer.alloc(26);
  bytes.writeUInt16LE(VERSION, 0);
  bytes.writeUInt16LE(UTF8_NAMES, 2);
  bytes.writeUInt16LE(DEFLATED, 4);
  bytes.writeUInt16LE(FIRST_DAY, 8);
  bytes.writeUInt32LE(crc32(data), 10);
  bytes.writeUInt32LE(deflated.length, 14);
  bytes.writeUInt32LE(data.length, 18);
  bytes.writeUInt16LE(Buffer.byteLength(name), 22);
  return bytes;
}

function directoryEntry(packed: Packed): Buffer {
  const start = Buffer.alloc(6);
  start.writeUInt32LE(0x0201_4b50, 0);
  start.writeUInt16LE(MADE_BY_UNIX, 4);
  const end = Buffer.alloc(14);
  end.writeUInt32LE(((REGULAR_FILE | packed.mode) << 16) >>> 0, 6);
  end.writeUInt32LE(packed.offset, 10);
  return Buffer.concat([start, facts(packed), end, Buffer.from(packed.name)]);
}

function endOfDirectory(count: number, size: number, offset: number): Buffer {
  const bytes = Buffer.alloc(22);
  bytes.writeUInt32LE(0x0605_4b50, 0);
  bytes.writeUInt16LE(count, 8);
  bytes.writeUInt16LE(count, 10);
  bytes.writeUInt32LE(size, 12);
  bytes.writeUInt32LE(offset, 16);
  return bytes;
}

/** Throws a RangeError for more than the plain format can hold: 65,535 files, 4 GiB. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  if (entries.length > MAX_ENTRIES)
    throw new RangeError(`${entries.length} files are too many for a ZIP archive`);
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const packed = { ...entry, deflated: deflateRawSync(entry.data, { level: LEVEL }), offset };
    const signature = Buffer.from([0x50, 0x4b, 3, 4]);
    const piece = Buffer.concat([signature, facts(packed), Buffer.from(entry.name), packed.deflated]);
    pieces.push(piece);
    directory.push(directoryEntry(packed));
    offset += piece.length;
    if (offset > MAX_BYTES) throw new RangeError('more than 4 GiB are too much for a ZIP archive');
  }
  const index = Buffer.concat(directory);
  return Buffer.concat([...pieces, index, endOfDirectory(entries.length, index.length, offset)]);
}

/** The object store: a directory of compressed differences, within a bound. An object appears under its name only when it is whole. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { addAbortSignal, pipeline, Readable, type Transform } from 'node:stream';
import { constants, createBrotliCompress, createBrotliDecompress, createGunzip } from 'node:zlib';
import { ThawError } from '../../errors.ts';
import { randomHex } from '../../ids.ts';
import type { DiskBounds, DiskSpace } from '../disk/bounds.ts';
import { overLimit, requireFree, spaceOf } from '../disk/space.ts';
import type { ByteSource } from '../host/port.ts';
import { StoredSizes } from './stored-sizes.ts';

const PARTIAL = '.partial';
const LABEL = 'The disk of the object store';
/** How often the free space is looked at while an object grows. */
const CHECK_EVERY_BYTES = 16 * 1024 * 1024;

export interface StoredObject {
  readonly object: string;
  readonly sha256: string;
  readonly storedBytes: number;
}

export type StoreBounds = Pick<DiskBounds, 'archiveBytes' | 'minFreeBytes'>;

export interface PutOptions {
  /** Whether the bytes are compressed on the way; otherwise they are so already, with zstd. */
  readonly compress: boolean;
  /** The object that the new one takes the place of: it does not count against the bound. */
  readonly replaces?: string | undefined;
  /** Gives the object up. */
  readonly signal?: AbortSignal;
}

const isNoSpace = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');

const noSpace = (cause: unknown): ThawError =>
  new ThawError('disk_full', 'The disk of the object store has no space left; nothing was stored.', {
    cause,
    next: 'Free space on the disk of the state directory (`thaw status` shows it) or run `thaw prune` on the host, then call again.',
  });

const givenUp = (cause: unknown): ThawError =>
  new ThawError('cancelled', 'The files were not stored: that was given up.', { cause });

/** Errors of the first stream end the second one, too. */
function through(source: Readable, into: Transform): Transform {
  pipeline(source, into, () => undefined);
  return into;
}

/** As dense as gzip here, and ten times as fast with what cannot be made smaller: nothing waits, but the processor is shared. */
const compressor = (): Transform => createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });

/** What undoes the compression that the name of an object tells; null for zstd, which is the host's affair. */
function decompressor(object: string): Transform | null {
  if (object.endsWith('.br')) return createBrotliDecompress();
  return object.endsWith('.gz') ? createGunzip() : null;
}

export class ObjectStore {
  readonly #directory: string;
  readonly #bounds: StoreBounds;
  readonly #sizes: StoredSizes;

  private constructor(directory: string, bounds: StoreBounds, sizes: StoredSizes) {
    this.#directory = directory;
    this.#bounds = bounds;
    this.#sizes = sizes;
  }

  /** `stateDir` is the owner's own directory; `boundsFor` gets the disk that holds the objects. */
  static async open(stateDir: string, boundsFor: (disk: DiskSpace) => StoreBounds): Promise<ObjectStore> {
    const directory = join(stateDir, 'objects');
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const sizes = await StoredSizes.read(directory);
    return new ObjectStore(directory, boundsFor(spaceOf(directory)), sizes);
  }

  /** What the directory holds, what is being written included. Costs one statfs(2). */
  figures(): {
    readonly count: number;
    readonly bytes: number;
    readonly limitBytes: number;
    readonly freeBytes: number;
  } {
    const { count, bytes } = this.#sizes;
    return {
      count,
      bytes,
      limitBytes: this.#bounds.archiveBytes,
      freeBytes: spaceOf(this.#directory).freeBytes,
    };
  }

  /** Throws `disk_limit` when the bound is reached, and `disk_full` when the disk has too little left. Changes nothing. */
  requireRoom(replaces?: string): void {
    this.#requireBound(replaces, 1);
    requireFree(LABEL, spaceOf(this.#directory), this.#bounds.minFreeBytes);
  }

  #requireBound(replaces: string | undefined, moreBytes: number): void {
    const { archiveBytes } = this.#bounds;
    const used = this.#sizes.bytes - (replaces === undefined ? 0 : this.#sizes.of(replaces));
    if (used + moreBytes <= archiveBytes) return;
    throw overLimit('Archives and backups', used, archiveBytes, {
      free: 'Delete archived sandboxes and sandboxes with backups that are no longer needed',
      flag: '--max-archive-gib',
    });
  }

  /**
   * Writes a difference. Leaves nothing behind when it fails. Throws `disk_limit`, `disk_full`, and `cancelled` when
   * the signal gave it up.
   */
  async put(prefix: string, reader: ByteSource, options: PutOptions): Promise<StoredObject> {
    const { compress, replaces, signal } = options;
    const object = `${prefix}-${randomHex(4)}.tar.${compress ? 'br' : 'zst'}`;
    const name = `${object}${PARTIAL}`;
    const partial = join(this.#directory, name);
    const hash = createHash('sha256');
    let storedBytes = 0;
    let checkAt = CHECK_EVERY_BYTES;
    const file = await open(partial, 'wx', 0o600);
    this.#sizes.set(name, 0);
    try {
      const source = Readable.from(reader.chunks, { objectMode: false });
      if (signal !== undefined) addAbortSignal(signal, source);
      for await (const chunk of compress ? through(source, compressor()) : source) {
        const bytes: Buffer = chunk;
        this.#requireBound(replaces, bytes.length);
        hash.update(bytes);
        storedBytes += bytes.length;
        this.#sizes.set(name, storedBytes);
        await file.writeFile(bytes);
        if (storedBytes < checkAt) continue;
        checkAt = storedBytes + CHECK_EVERY_BYTES;
        requireFree(LABEL, spaceOf(this.#directory), this.#bounds.minFreeBytes);
      }
      await reader.finished;
      await file.sync();
      await file.close();
      await rename(partial, join(this.#directory, object));
      this.#sizes.rename(name, object);
      return { object, sha256: hash.digest('hex'), storedBytes };
    } catch (error) {
      reader.abort();
      await file.close().catch(() => undefined);
      await this.remove(name);
      if (isNoSpace(error)) throw noSpace(error);
      throw signal?.aborted === true ? givenUp(error) : error;
    }
  }

  /** The bytes of an object, decompressed where the store compressed it, checked against `sha256` by the end. Throws `archive_damaged`. */
  async *read({ object, sha256, storedBytes }: StoredObject): AsyncGenerator<Buffer> {
    const path = join(this.#directory, object);
    const facts = await stat(path).catch(() => null);
    if (facts === null || facts.size !== storedBytes) {
      throw new ThawError(
        'archive_damaged',
        `The object ${object} is ${facts === null ? 'missing' : 'not as long as it was written'}.`,
      );
    }
    const hash = createHash('sha256');
    const raw = createReadStream(path, { highWaterMark: 256 * 1024 });
    raw.on('data', (chunk) => hash.update(chunk));
    const undo = decompressor(object);
    try {
      for await (const chunk of undo === null ? raw : through(raw, undo)) yield chunk;
    } catch (cause) {
      throw new ThawError('archive_damaged', `The object ${object} cannot be read.`, { cause });
    } finally {
      raw.destroy();
    }
    if (hash.digest('hex') !== sha256)
      throw new ThawError('archive_damaged', `The object ${object} fails its checksum.`);
  }

  async remove(object: string): Promise<void> {
    await rm(join(this.#directory, object), { force: true });
    this.#sizes.drop(object);
  }

  /** Every file that is not in `known`, with its size: what a crash left, or what is being written now. */
  async strays(
    known: ReadonlySet<string>,
  ): Promise<readonly { readonly object: string; readonly bytes: number }[]> {
    const names = await readdir(this.#directory).catch(() => []);
    const strays = names.filter((name) => !known.has(name));
    return await Promise.all(
      strays.map(async (object) => {
        const facts = await stat(join(this.#directory, object)).catch(() => null);
        return { object, bytes: facts?.size ?? 0 };
      }),
    );
  }

  /** Removes every file that is not in `known`. Only while nothing is being written. Answers how many. */
  async sweep(known: ReadonlySet<string>): Promise<number> {
    const strays = await this.strays(known);
    for (const { object } of strays) await this.remove(object);
    return strays.length;
  }
}

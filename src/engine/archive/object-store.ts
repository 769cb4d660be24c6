/** The object store: a directory of compressed differences. An object appears under its name only when it is whole. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import { ThawError } from '../../errors.ts';
import { randomHex } from '../../ids.ts';
import type { DifferenceReader } from '../host/port.ts';

const PARTIAL = '.partial';

export interface StoredObject {
  readonly object: string;
  readonly sha256: string;
  readonly storedBytes: number;
}

const isNoSpace = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');

export class ObjectStore {
  readonly #directory: string;

  /** `stateDir` is the owner's own directory. */
  constructor(stateDir: string) {
    this.#directory = join(stateDir, 'objects');
  }

  /** Writes a difference; `gzip` compresses it on the way. Leaves nothing behind when it fails. Throws `disk_full`. */
  async put(
    prefix: string,
    reader: DifferenceReader,
    options: { readonly gzip: boolean },
  ): Promise<StoredObject> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const object = `${prefix}-${randomHex(4)}.tar.${options.gzip ? 'gz' : 'zst'}`;
    const partial = join(this.#directory, `${object}${PARTIAL}`);
    const hash = createHash('sha256');
    let storedBytes = 0;
    const file = await open(partial, 'wx', 0o600);
    try {
      const source = Readable.from(reader.chunks, { objectMode: false });
      for await (const chunk of options.gzip ? source.pipe(createGzip({ level: 3 })) : source) {
        const bytes: Buffer = chunk;
        hash.update(bytes);
        storedBytes += bytes.length;
        await file.writeFile(bytes);
      }
      await reader.finished;
      await file.sync();
      await file.close();
      await rename(partial, join(this.#directory, object));
      return { object, sha256: hash.digest('hex'), storedBytes };
    } catch (error) {
      await file.close().catch(() => undefined);
      await rm(partial, { force: true });
      if (isNoSpace(error))
        throw new ThawError('disk_full', 'The object store of Thaw has no space left; nothing was stored.', {
          cause: error,
        });
      throw error;
    }
  }

  /** The bytes of an object, decompressed when it is gzip, checked against `sha256` by the end. Throws `archive_damaged`. */
  async *read(
    { object, sha256, storedBytes }: StoredObject,
    options: { readonly gzip: boolean },
  ): AsyncGenerator<Buffer> {
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
    try {
      for await (const chunk of options.gzip ? raw.pipe(createGunzip()) : raw) yield chunk;
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
  }

  /** Removes every file that is not in `known`: what a crash left. Answers how many. */
  async sweep(known: ReadonlySet<string>): Promise<number> {
    const names = await readdir(this.#directory).catch(() => []);
    const strays = names.filter((name) => !known.has(name));
    for (const name of strays) await rm(join(this.#directory, name), { force: true });
    return strays.length;
  }

  /** Bytes of all objects. */
  async size(): Promise<number> {
    const names = await readdir(this.#directory).catch(() => []);
    const sizes = await Promise.all(
      names.map((name) =>
        stat(join(this.#directory, name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }
}

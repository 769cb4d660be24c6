/** An object is whole or not there, within the bound of the store, and what was damaged is told. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ObjectStore, type StoreBounds } from '../../../src/engine/archive/object-store.ts';
import type { ByteSource } from '../../../src/engine/host/port.ts';

const bytes = Buffer.alloc(1_000_000, 'thaw and freeze ');

interface Source extends ByteSource {
  aborted: boolean;
}

function readerOf(data: Buffer, end: 'whole' | 'fails' | 'breaks' = 'whole'): Source {
  async function* chunks() {
    for (let at = 0; at < data.length; at += 65_536) yield data.subarray(at, at + 65_536);
    if (end === 'breaks') throw new Error('cut off');
  }
  const finished = end === 'fails' ? Promise.reject(new Error('cut off')) : Promise.resolve();
  finished.catch(() => undefined);
  const source: Source = {
    chunks: chunks(),
    finished,
    abort: () => void (source.aborted = true),
    aborted: false,
  };
  return source;
}

/** Gives `data` and then nothing, until it is dropped: what the connection to a host that hangs does. */
function hangingReader(data: Buffer): ByteSource {
  const parts = [data];
  let drop: () => void = () => undefined;
  const never = new Promise<IteratorResult<Buffer>>((resolve) => {
    drop = () => resolve({ done: true, value: undefined });
  });
  const iterator: AsyncIterator<Buffer> = {
    next: async () => {
      const value = parts.shift();
      return value === undefined ? await never : { done: false, value };
    },
    return: async () => {
      drop();
      return await never;
    },
  };
  const chunks = { [Symbol.asyncIterator]: () => iterator };
  return { chunks, finished: new Promise(() => undefined), abort: () => undefined };
}

async function readAll(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of source) parts.push(chunk);
  return Buffer.concat(parts);
}

describe('ObjectStore', () => {
  let directory = '';
  let store: ObjectStore;
  const objects = () => readdirSync(join(directory, 'objects'));
  const open = (bounds: Partial<StoreBounds> = {}): Promise<ObjectStore> =>
    ObjectStore.open(directory, () => ({ archiveBytes: 10_000_000, minFreeBytes: 0, ...bounds }));

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'thaw-objects-'));
    store = await open();
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  it.each([{ compress: true }, { compress: false }])(
    'gives back what it took (compress: $compress)',
    async (options) => {
      const stored = await store.put('box', readerOf(bytes), options);
      expect(objects()).toEqual([stored.object]);
      expect((await readAll(store.read(stored))).equals(bytes)).toBe(true);
      expect(stored.storedBytes < bytes.length).toBe(options.compress);
      expect(store.figures()).toMatchObject({ count: 1, bytes: stored.storedBytes });
    },
  );

  it.each([
    { end: 'fails', compress: false },
    { end: 'breaks', compress: false },
    { end: 'breaks', compress: true },
  ] as const)(
    'keeps nothing of a difference whose source $end (compress: $compress)',
    async ({ end, compress }) => {
      const source = readerOf(bytes, end);
      await expect(store.put('box', source, { compress })).rejects.toThrow('cut off');
      expect(objects()).toEqual([]);
      expect(store.figures()).toMatchObject({ count: 0, bytes: 0 });
      expect(source.aborted).toBe(true);
    },
  );

  it.each([{ compress: true }, { compress: false }])(
    'gives up a difference whose source hangs, when it is told to (compress: $compress)',
    async ({ compress }) => {
      const abort = new AbortController();
      const putting = store.put('box', hangingReader(bytes), { compress, signal: abort.signal });
      await expect.poll(() => store.figures().count).toBe(1);
      abort.abort();
      await expect(putting).rejects.toMatchObject({ code: 'cancelled' });
      expect(objects()).toEqual([]);
    },
  );

  it('reads what an earlier version wrote with gzip', async () => {
    const object = 'box-0.tar.gz';
    const stored = gzipSync(bytes);
    writeFileSync(join(directory, 'objects', object), stored);
    const sha256 = createHash('sha256').update(stored).digest('hex');
    const read = store.read({ object, sha256, storedBytes: stored.length });
    expect((await readAll(read)).equals(bytes)).toBe(true);
  });

  it('tells a missing, a shortened and a changed object', async () => {
    const stored = await store.put('box', readerOf(bytes), { compress: false });
    const path = join(directory, 'objects', stored.object);
    const damaged = { code: 'archive_damaged' };
    const whole = readFileSync(path);
    whole[500_000] = (whole[500_000] ?? 0) ^ 1;
    writeFileSync(path, whole);
    await expect(readAll(store.read(stored))).rejects.toMatchObject(damaged);
    truncateSync(path, 10);
    await expect(readAll(store.read(stored))).rejects.toMatchObject(damaged);
    rmSync(path);
    await expect(readAll(store.read(stored))).rejects.toMatchObject(damaged);
  });

  it('sweeps what nobody knows', async () => {
    const kept = await store.put('kept', readerOf(bytes), { compress: true });
    await store.put('stray', readerOf(bytes), { compress: true });
    writeFileSync(join(directory, 'objects', 'half.tar.zst.partial'), 'x');
    expect(await store.sweep(new Set([kept.object]))).toBe(2);
    expect(objects()).toEqual([kept.object]);
    expect(store.figures()).toMatchObject({ count: 1, bytes: kept.storedBytes });
  });

  describe('at its bound', () => {
    const limited = { code: 'disk_limit', retryable: false, next: expect.stringContaining('thaw prune') };

    it('cuts a stream that would pass it, and undoes it', async () => {
      store = await open({ archiveBytes: 1_500_000 });
      const first = await store.put('first', readerOf(bytes), { compress: false });
      store.requireRoom();
      await expect(store.put('second', readerOf(bytes), { compress: false })).rejects.toMatchObject(limited);
      expect(objects()).toEqual([first.object]);
      expect(store.figures()).toMatchObject({ count: 1, bytes: 1_000_000, limitBytes: 1_500_000 });
    });

    it('counts streams that grow at the same time', async () => {
      store = await open({ archiveBytes: 1_500_000 });
      const both = await Promise.allSettled(
        ['a', 'b'].map((name) => store.put(name, readerOf(bytes), { compress: false })),
      );
      expect(both.map(({ status }) => status)).toContain('rejected');
      expect(store.figures().bytes).toBeLessThanOrEqual(1_500_000);
      expect(objects()).toHaveLength(store.figures().count);
    });

    it('lets an object take the place of another', async () => {
      store = await open({ archiveBytes: 1_000_000 });
      const { object } = await store.put('box', readerOf(bytes), { compress: false });
      expect(() => store.requireRoom()).toThrow(expect.objectContaining(limited));
      store.requireRoom(object);
      await store.put('box', readerOf(bytes), { compress: false, replaces: object });
    });

    it('knows what an earlier owner left', async () => {
      await store.put('box', readerOf(bytes), { compress: false });
      store = await open({ archiveBytes: 1_000_000 });
      expect(() => store.requireRoom()).toThrow(expect.objectContaining(limited));
    });
  });

  it('refuses to fill the last of the disk', async () => {
    store = await open({ minFreeBytes: Number.MAX_SAFE_INTEGER });
    expect(() => store.requireRoom()).toThrow(
      expect.objectContaining({ code: 'disk_full', next: expect.stringContaining('--min-free-gib') }),
    );
  });
});

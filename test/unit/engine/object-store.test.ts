/** An object is whole or not there, and what was damaged is told. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ObjectStore } from '../../../src/engine/archive/object-store.ts';
import type { DifferenceReader } from '../../../src/engine/host/port.ts';

const bytes = Buffer.alloc(1_000_000, 'thaw and freeze ');

function readerOf(data: Buffer, fails = false): DifferenceReader {
  async function* chunks() {
    for (let at = 0; at < data.length; at += 65_536) yield data.subarray(at, at + 65_536);
  }
  const finished = fails ? Promise.reject(new Error('cut off')) : Promise.resolve();
  finished.catch(() => undefined);
  return { chunks: chunks(), finished };
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

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'thaw-objects-'));
    store = new ObjectStore(directory);
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  it.each([{ gzip: true }, { gzip: false }])('gives back what it took (gzip: $gzip)', async (options) => {
    const stored = await store.put('box', readerOf(bytes), options);
    expect(objects()).toEqual([stored.object]);
    expect((await readAll(store.read(stored, options))).equals(bytes)).toBe(true);
    expect(stored.storedBytes < bytes.length).toBe(options.gzip);
  });

  it('keeps nothing of a difference that was cut off', async () => {
    await expect(store.put('box', readerOf(bytes, true), { gzip: false })).rejects.toThrow('cut off');
    expect(objects()).toEqual([]);
  });

  it('tells a missing, a shortened and a changed object', async () => {
    const stored = await store.put('box', readerOf(bytes), { gzip: false });
    const path = join(directory, 'objects', stored.object);
    const damaged = { code: 'archive_damaged' };
    const whole = readFileSync(path);
    whole[500_000] = (whole[500_000] ?? 0) ^ 1;
    writeFileSync(path, whole);
    await expect(readAll(store.read(stored, { gzip: false }))).rejects.toMatchObject(damaged);
    truncateSync(path, 10);
    await expect(readAll(store.read(stored, { gzip: false }))).rejects.toMatchObject(damaged);
    rmSync(path);
    await expect(readAll(store.read(stored, { gzip: false }))).rejects.toMatchObject(damaged);
  });

  it('sweeps what nobody knows', async () => {
    const kept = await store.put('kept', readerOf(bytes), { gzip: true });
    await store.put('stray', readerOf(bytes), { gzip: true });
    writeFileSync(join(directory, 'objects', 'half.tar.zst.partial'), 'x');
    expect(await store.sweep(new Set([kept.object]))).toBe(2);
    expect(objects()).toEqual([kept.object]);
    expect(await store.size()).toBe(kept.storedBytes);
  });
});

/** The store keeps what it was given, all or nothing. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/engine/store/database.ts';
import { Store } from '../../../src/engine/store/store.ts';
import { newUuid } from '../../../src/ids.ts';
import { makeRecord } from './records.ts';

describe('Store', () => {
  let directory = '';
  let store: Store;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'thaw-store-'));
    store = new Store(join(directory, 'thaw.db'));
  });

  afterEach(() => {
    store.close();
    rmSync(directory, { recursive: true });
  });

  it('answers after a reopen what was written before', () => {
    const record = makeRecord({ env: { SECRET: 'x' } });
    store.putSandbox(record);
    store.putJournal(record.id, 'stop', 'stop.intent', 7);
    store.putMeta('owner', 'abc');
    store.close();
    store = new Store(join(directory, 'thaw.db'));
    expect(store.sandboxes()).toEqual([record]);
    expect(store.journal()).toEqual([
      { sandboxId: record.id, operation: 'stop', step: 'stop.intent', startedAt: 7 },
    ]);
    expect(store.meta('owner')).toBe('abc');
  });

  it('takes nothing of a transaction that fails', () => {
    const record = makeRecord();
    expect(() =>
      store.transaction(() => {
        store.putSandbox(record);
        throw new Error('half-way');
      }),
    ).toThrow('half-way');
    expect(store.sandboxes()).toEqual([]);
    store.putSandbox(record);
    expect(store.sandboxes()).toHaveLength(1);
  });

  it('refuses two sandboxes of one name within an organization', () => {
    store.putSandbox(makeRecord({ name: 'same' }));
    expect(() => store.putSandbox(makeRecord({ name: 'same' }))).toThrow();
    const organizationId = newUuid();
    store.putSandbox(makeRecord({ name: 'same', organizationId }));
    expect(() => store.putSandbox(makeRecord({ name: 'same', organizationId }))).toThrow();
    expect(store.sandboxes()).toHaveLength(2);
  });

  it('keeps volumes, by names of their own', () => {
    const times = { createdAt: 1, updatedAt: 1, lastUsedAt: null };
    const own = { organizationId: null, name: 'data', dockerName: 'd' };
    const volume = { ...own, state: 'ready', errorReason: null, ...times } as const;
    const [first, second] = [
      { id: newUuid(), ...volume },
      { id: newUuid(), ...volume },
    ];
    store.putVolume({ ...first, state: 'creating' });
    store.putVolume(first);
    expect(() => store.putVolume(second)).toThrow();
    store.close();
    store = new Store(join(directory, 'thaw.db'));
    expect(store.volumes()).toEqual([first]);
    store.dropVolume(first.id);
    expect(store.volumes()).toEqual([]);
  });

  it('takes over the rows of a release without organizations', () => {
    const record = makeRecord({ name: 'old' });
    store.close();
    const path = join(directory, 'thaw.db');
    rmSync(path);
    const old = openDatabase(path, 5);
    const { organizationId: _, ...row } = record;
    const insert = old.prepare('insert into sandboxes (id, name, record) values (?, ?, ?)');
    insert.run(record.id, record.name, JSON.stringify(row));
    old.prepare('insert into preview_tokens values (?, ?, null, 1, 1, null)').run('h', record.id);
    old.close();
    store = new Store(path);
    expect(store.sandboxes()).toEqual([record]);
    expect(store.previewTokens.standard(record.id, 1)).toEqual(['h']);
    store.dropSandbox(record.id);
    expect(store.previewTokens.standard(record.id, 1)).toEqual([]);
  });

  it('keeps its file from other users', () => {
    expect(statSync(join(directory, 'thaw.db')).mode & 0o077).toBe(0);
  });
});

/** API keys: what is kept, who is found, what is refused. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isThawError } from '../../../src/errors.ts';
import { ensureFirstKey, findFirstKey } from '../../../src/keys/first-key.ts';
import { KeyBook } from '../../../src/keys/key-book.ts';
import { permissions } from '../../../src/keys/permissions.ts';
import { ManualClock } from '../../support/manual-clock.ts';

let directory: string;
let clock: ManualClock;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thaw-keys-'));
  clock = new ManualClock();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const file = () => join(directory, 'keys.json');
const codeOf = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return isThawError(error) ? error.code : error;
  }
  return null;
};

describe('a key', () => {
  it('is shown once, kept as a hash in a file of its user alone, and found after a restart', () => {
    const key = new KeyBook(directory, clock).create({ name: 'ci' });
    expect(key.value).toMatch(/^dtn_[0-9a-f]{64}$/);
    expect(readFileSync(file(), 'utf8')).not.toContain(key.value.slice(4, 20));
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    const reopened = new KeyBook(directory, clock);
    expect(reopened.find(key.value)).toMatchObject({ keyName: 'ci', organizationId: null });
    expect(reopened.list()[0]?.value).toBe(`dtn_****${key.value.slice(-3)}`);
    expect(readdirSync(directory)).toEqual(['keys.json']);
  });

  it('may do all by default, or what it was given', () => {
    const book = new KeyBook(directory, clock);
    const all = book.find(book.create({ name: 'all' }).value);
    expect(permissions.every((permission) => all?.can(permission))).toBe(true);
    const reader = book.find(book.create({ name: 'reader', permissions: ['read:volumes'] }).value);
    expect(reader?.can('read:volumes')).toBe(true);
    expect(reader?.can('write:sandboxes')).toBe(false);
  });

  it('is not found once it is revoked or has expired, nor by anything like it', () => {
    const book = new KeyBook(directory, clock);
    const { value } = book.create({ name: 'short', expiresAt: new Date(clock.now() + 60_000).toISOString() });
    for (const wrong of ['', 'dtn_', value.slice(0, -1), `${value}0`, value.toUpperCase(), ` ${value}`]) {
      expect(book.find(wrong)).toBeNull();
    }
    expect(book.find(value)).not.toBeNull();
    clock.advance(60_000);
    expect(book.find(value)).toBeNull();
    const other = book.create({ name: 'other' }).value;
    expect(book.revoke('other')).toBe(true);
    expect(book.revoke('other')).toBe(false);
    expect(book.find(other)).toBeNull();
  });

  it('belongs to the tenant that it names, and tenants keep their ids', () => {
    const book = new KeyBook(directory, clock);
    const identify = (name: string, organization: string | null) =>
      book.find(book.create({ name, organization }).value);
    const [a, b, c, own] = [
      identify('a', 'blue'),
      identify('b', 'blue'),
      identify('c', 'red'),
      identify('d', null),
    ];
    expect(a?.organizationId).toMatch(/^[0-9a-f-]{36}$/);
    expect(b?.organizationId).toBe(a?.organizationId);
    expect(c?.organizationId).not.toBe(a?.organizationId);
    expect(own?.organizationId).toBeNull();
    expect(own?.userId).not.toBe(a?.userId);
  });

  it('remembers when it was used', () => {
    const book = new KeyBook(directory, clock);
    const { value } = book.create({ name: 'used' });
    expect(book.list()[0]?.lastUsedAt).toBeNull();
    book.find(value);
    book.flush();
    expect(new KeyBook(directory, clock).list()[0]?.lastUsedAt).toBe(new Date(clock.now()).toISOString());
  });
});

describe('a refused request', () => {
  it('changes nothing', () => {
    const book = new KeyBook(directory, clock);
    book.create({ name: 'one' });
    const before = readFileSync(file(), 'utf8');
    expect(codeOf(() => book.create({ name: 'one' }))).toBe('name_conflict');
    expect(codeOf(() => book.create({ name: 'two', expiresAt: '1970-01-01T00:00:01Z' }))).toBe(
      'invalid_argument',
    );
    expect(readFileSync(file(), 'utf8')).toBe(before);
  });

  it('is a damaged file, which is not replaced', () => {
    writeFileSync(file(), '{"version":1,"keys":[{"name":"x"}]}');
    expect(codeOf(() => new KeyBook(directory, clock))).toBe('setup_failed');
    expect(readFileSync(file(), 'utf8')).toContain('"x"');
  });
});

describe('the first key', () => {
  it('is made once, in a file of its user alone, and not again after all keys are gone', () => {
    const book = new KeyBook(directory, clock);
    ensureFirstKey(directory, book);
    const path = findFirstKey(directory);
    expect(path).toBe(join(directory, 'api-key'));
    expect(statSync(path ?? '').mode & 0o777).toBe(0o600);
    expect(book.find(readFileSync(path ?? '', 'utf8').trim())).toMatchObject({ keyName: 'default' });
    book.revoke('default');
    rmSync(path ?? '');
    const reopened = new KeyBook(directory, clock);
    ensureFirstKey(directory, reopened);
    expect(reopened.list()).toEqual([]);
    expect(findFirstKey(directory)).toBeNull();
  });
});

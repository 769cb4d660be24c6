/** Tokens of previews in the store: never readable, bounded in number, gone with their sandbox. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManagedSandbox } from '../../../src/engine/managed-sandbox.ts';
import { PreviewTokens } from '../../../src/engine/preview/preview-tokens.ts';
import { Store } from '../../../src/engine/store/store.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { makeRecord } from '../engine/records.ts';

let directory: string;
let store: Store;
let clock: ManualClock;
let tokens: PreviewTokens;
let sandbox: ManagedSandbox;

/** What the next owner does. */
function reopen(): void {
  store.close();
  store = new Store(join(directory, 'thaw.db'));
  tokens = new PreviewTokens(store.previewTokens, clock);
  sandbox = new ManagedSandbox(sandbox.record);
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thaw-tokens-'));
  store = new Store(join(directory, 'thaw.db'));
  clock = new ManualClock();
  tokens = new PreviewTokens(store.previewTokens, clock);
  sandbox = new ManagedSandbox(makeRecord());
  store.putSandbox(sandbox.record);
});
afterEach(() => {
  store.close();
  rmSync(directory, { recursive: true });
});

describe('the token of a sandbox', () => {
  it('stays the same, is valid for the next owner too, and ends with the generation', () => {
    const token = tokens.standard(sandbox);
    expect(token).toMatch(/^[a-z0-9]{32}$/);
    expect(tokens.standard(sandbox)).toBe(token);
    reopen();
    expect(tokens.opens(sandbox, token)).toBe(true);
    const next = tokens.standard(sandbox);
    expect(next).not.toBe(token);
    expect(tokens.opens(sandbox, token)).toBe(true);
    sandbox.record = { ...sandbox.record, generation: sandbox.record.generation + 1 };
    expect([token, next].some((old) => tokens.opens(sandbox, old))).toBe(false);
  });

  it('is one of eight at most', () => {
    const made = Array.from({ length: 10 }, () => {
      const token = tokens.standard(sandbox);
      clock.advance(1);
      reopen();
      return token;
    });
    expect(made.map((token) => tokens.opens(sandbox, token))).toEqual([
      ...Array.from({ length: 2 }, () => false),
      ...Array.from({ length: 8 }, () => true),
    ]);
  });
});

it('is nowhere in the files of the store', () => {
  const secrets = [tokens.standard(sandbox), tokens.sign(sandbox, 3000, 60).token];
  const files = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'latin1'));
  expect(files.some((text) => text.includes(sandbox.record.id))).toBe(true);
  for (const secret of secrets) expect(files.some((text) => text.includes(secret))).toBe(false);
});

describe('signed tokens', () => {
  it('are a thousand of a sandbox at most, those that are over not counted', () => {
    for (let count = 0; count < 1_000; count += 1) tokens.sign(sandbox, 3000, 60);
    expect(() => tokens.sign(sandbox, 3000, 60)).toThrow(expect.objectContaining({ code: 'capacity' }));
    clock.advance(60_000);
    const { token } = tokens.sign(sandbox, 3000, 60);
    expect(tokens.signedFor(token, 3000)).toBe(sandbox.record.id);
  });

  it('go with their sandbox', () => {
    const { token } = tokens.sign(sandbox, 3000, 60);
    store.dropSandbox(sandbox.record.id);
    expect(tokens.signedFor(token, 3000)).toBeNull();
  });
});

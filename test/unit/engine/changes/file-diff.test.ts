/** Diffs are such that git applies them, and nothing in a file or a name can pass for a part of one. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { compareTrees } from '../../../../src/engine/changes/compare.ts';
import type { TreeEntry } from '../../../../src/engine/changes/entry.ts';
import { fileDiff } from '../../../../src/engine/changes/file-diff.ts';
import { pathText } from '../../../../src/engine/changes/path-text.ts';
import { reportChanges } from '../../../../src/engine/changes/report.ts';
import { entry, file, tree } from './trees.ts';

const dir = mkdtempSync(join(tmpdir(), 'thaw-file-diff-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function diffOf(before: TreeEntry | null, after: TreeEntry | null, context = 3): string | null {
  const [change] = compareTrees(
    tree(...(before === null ? [] : [before])),
    tree(...(after === null ? [] : [after])),
    tree(),
  );
  return change === undefined ? '' : fileDiff(change, context);
}

/** What `git apply` makes of a file. */
function applied(name: string, before: string | null, diff: string): string | null {
  const [target, patch] = [join(dir, name), join(dir, 'patch')];
  rmSync(target, { force: true });
  if (before !== null) writeFileSync(target, before);
  writeFileSync(patch, diff);
  execFileSync('git', ['apply', '--unidiff-zero', '--whitespace=nowarn', patch], { cwd: dir, stdio: 'pipe' });
  return readFileSync(target, 'utf8');
}

describe('a diff', () => {
  it.each([0, 3])('is applied by git to what it was made of, with %i lines of context', (context) => {
    const lines = fc.array(
      fc.constantFrom('a', 'b', '', '-- x', '++ y', '@@ -1 +1 @@', '\\ No newline', 'ü'),
      { maxLength: 12 },
    );
    const text = fc
      // Without context git itself mistakes which of two like lines it was that had no newline.
      .tuple(lines, context === 0 ? fc.constant(true) : fc.boolean())
      .map(([all, ended]) => all.join('\n') + (ended && all.length > 0 ? '\n' : ''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const diff = diffOf(file('f', before), file('f', after), context) ?? '';
        if (before === after) expect(diff).toBe('');
        else expect(applied('f', before, diff)).toBe(after);
      }),
      { numRuns: 60 },
    );
  });

  it('has names that git reads, whatever they are', () => {
    for (const name of ['a b', 'q"\\', 'line\nfeed', 'tab\t', 'grüße', '-- x']) {
      const key = Buffer.from(name).toString('latin1');
      expect(applied(name, 'text\n', diffOf(file(key), file(key, 'new\n')) ?? '')).toBe('new\n');
      expect(applied(name, null, diffOf(null, file(key)) ?? '')).toBe('text\n');
    }
  });

  it('says that every line was replaced where a better answer would take too long', () => {
    const [before, after] = [0, 1].map((odd) =>
      Array.from({ length: 20_000 }, (_, i) => `${i * 2 + odd}\n`).join(''),
    );
    const diff = diffOf(file('f', before), file('f', after)) ?? '';
    expect(diff.split('\n')[3]).toBe('@@ -1,20000 +1,20000 @@');
    expect(applied('f', before ?? '', diff)).toBe(after);
  });

  it('spells out what would not be seen, in its place', () => {
    const diff = diffOf(file('f', 'a\r\n'), file('f', 'a\n\u001b[8mhid\u202eden\u001b]0;\n')) ?? '';
    expect(diff.split('\n').slice(3)).toEqual([
      '@@ -1 +1,2 @@',
      '-a<U+000D>',
      '+a',
      '+<U+001B>[8mhid<U+202E>den<U+001B>]0;',
      '',
    ]);
  });

  it('names binary files, and leaves out what was not read', () => {
    const binary = entry('f', { content: Buffer.from([0, 1]) });
    expect(diffOf(null, binary)).toMatch(/\nBinary files \/dev\/null and b\/f differ\n$/);
    expect(diffOf(file('f'), entry('f', { content: Buffer.from([0xff, 0xfe]) }))).toContain('Binary files');
    const large = entry('f', { content: null, sizeBytes: 2_000_000 });
    expect(diffOf(file('f'), large)).toBeNull();
    expect(diffOf(large, { ...large, mode: 0o755 })).toMatch(/\nold mode 100644\nnew mode 100755\n$/);
    expect(diffOf(null, entry('d', { kind: 'directory', content: null }))).toBe('');
  });
});

it('quotes names that would mislead, and no others', () => {
  const names = ['plain', 'a b', 'grüße 世界', 'a\nb', 'a\u001bb', 'a\u202eb'];
  expect(names.map((name) => pathText(Buffer.from(name).toString('latin1')))).toEqual([
    'plain',
    'a b',
    'grüße 世界',
    '"a\\nb"',
    '"a\\033b"',
    '"a\\342\\200\\256b"',
  ]);
  expect(pathText('bad\xff')).toBe('"bad\\377"');
});

it('keeps its bounds and counts what it leaves out', async () => {
  const after = tree(...Array.from({ length: 20 }, (_, i) => file(`f${String(i).padStart(2, '0')}`)));
  const changes = compareTrees(tree(), after, tree());
  const { signal } = new AbortController();
  const one = Buffer.byteLength(fileDiff(changes[0] ?? expect.fail(), 3) ?? '');
  const report = await reportChanges(changes, { maxFiles: 10, maxBytes: one * 4 + 1 }, 0, signal);
  expect(report).toMatchObject({
    changesOmitted: 10,
    diffsOmitted: 6,
    truncated: true,
    total: { added: 20 },
  });
  expect(report.changes.filter(({ omitted }) => omitted === 'limit')).toHaveLength(6);
  expect(Buffer.byteLength(report.unifiedDiff)).toBe(one * 4);
  await expect(reportChanges(changes, {}, 0, AbortSignal.abort())).rejects.toThrow();
});

/** The diff that is shown before a file is changed, held to git's own reading of it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { unifiedDiff } from '../../../src/client-config/unified-diff.ts';

const directory = mkdtempSync(join(tmpdir(), 'thaw-diff-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What git makes of `before` by the diff. */
function applied(before: string | null, diff: string): string {
  const file = join(directory, 'a.json');
  rmSync(file, { force: true });
  if (before !== null) writeFileSync(file, before);
  execFileSync('git', ['apply', '--unsafe-paths', '--whitespace=nowarn', '-p0', '-'], {
    cwd: directory,
    input: diff,
    stdio: ['pipe', 'ignore', 'pipe'],
    // Not the repository that the temporary directory may be in.
    env: { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir(), GIT_DIR: join(directory, 'none') },
  });
  return readFileSync(file, 'utf8');
}

const numbers = (count: number): string => Array.from({ length: count }, (_, index) => `${index}\n`).join('');

it.each([
  ['a new file', null, '{}\n'],
  ['a line in the middle', numbers(20), numbers(20).replace('9\n', 'nine\n')],
  ['two far places', numbers(40), numbers(40).replace('3\n', '').replace('30\n', '30\nmore\n')],
  ['two near places', numbers(12), numbers(12).replace('3\n', '').replace('9\n', 'nine\nten\n')],
  ['no newline at the end', '{"a": 1}', '{\n  "a": 1\n}'],
  ['a newline that is new', 'a\nb', 'a\nb\n'],
  ['an empty file', '', 'a\n'],
  ['everything gone', 'a\nb\n', ''],
  ['line ends of Windows', 'a\r\nb\r\n', 'a\r\nc\r\nb\r\n'],
  ['too much to compare', numbers(1_500), numbers(1_500).replaceAll('\n', ' \n')],
])('is what git applies: %s', (_, before, after) => {
  expect(applied(before, unifiedDiff('a.json', before, after))).toBe(after);
});

it('shows a change with three lines around it, and nothing for equal texts', () => {
  expect(unifiedDiff('a', numbers(9), numbers(9).replace('4\n', 'four\n'))).toBe(
    '--- a\n+++ a\n@@ -2,7 +2,7 @@\n 1\n 2\n 3\n-4\n+four\n 5\n 6\n 7\n',
  );
  expect(unifiedDiff('a', 'x', 'x')).toBe('');
});

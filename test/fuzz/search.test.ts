/**
 * The sandbox's search under the address and undefined-behaviour sanitizers: on made-up trees its answers are those of a
 * plain reference, on hostile trees and arguments it ends by itself, and what the engine reads of it never throws but ThawErrors.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SearchFiles, SearchResult } from '../../schemas/search.ts';
import { searchCommand } from '../../src/engine/search/command.ts';
import { readRecords } from '../../src/engine/search/records.ts';
import { ThawError } from '../../src/errors.ts';
import { buildGuest } from '../../src/guest/build.mjs';

let base = '';
let agent = '';
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'thaw-search-'));
  const outDir = join(import.meta.dirname, '..', '..', 'dist', 'guest');
  agent = (await buildGuest({ outDir, sanitize: true })).path;
}, 120_000);
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** Standard output of the program; a sanitizer's word on standard error fails the test. */
function run(args: readonly string[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { encoding: 'buffer', maxBuffer: 1 << 26, cwd: base, timeout: 30_000 } as const;
    const child = execFile(agent, args, options, (_error, stdout, stderr) => {
      if (stderr.length > 0 || child.signalCode !== null)
        reject(new Error(stderr.toString('utf8', 0, 2_000)));
      else resolve(stdout);
    });
  });
}

async function search(request: SearchFiles): Promise<SearchResult> {
  const [, ...args] = searchCommand(request);
  const names = request.content === undefined;
  return readRecords(await run(args), { path: request.path ?? '.', names, cutBy: null });
}

function plant(root: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

describe('what it finds', () => {
  it('is what a plain reference finds, for texts, expressions and globs', async () => {
    const line = fc.stringMatching(/^[abcX .-]{0,12}$/);
    const tree = fc.dictionary(
      fc.constantFrom('a.ts', 'b.js', 'd/a.ts', 'd/e/c.ts', 'd/e/x', 'z.ts'),
      fc.array(line, { maxLength: 8 }),
      { minKeys: 1 },
    );
    const pattern = fc.constantFrom('a', 'a.*c', '^b', 'c$', '[ab]+X', 'X|-', '\\bab', 'a\\s', '\\.', 'a{2}');
    const glob = fc.constantFrom(
      ['*.ts', /(^|\/)[^/]*\.ts$/] as const,
      ['d/**', /^d\/.+/] as const,
      ['**/a.ts', /(^|\/)a\.ts$/] as const,
      ['d/*/c.ts', /^d\/[^/]+\/c\.ts$/] as const,
      ['*.{js,ts}', /\.(js|ts)$/] as const,
    );
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        tree,
        pattern,
        glob,
        fc.boolean(),
        async (files, content, [name, matches], ignoreCase) => {
          round += 1;
          const root = join(base, `tree-${round}`);
          plant(
            root,
            Object.fromEntries(Object.entries(files).map(([path, lines]) => [path, lines.join('\n')])),
          );
          const expression = new RegExp(content, ignoreCase ? 'i' : '');
          const expected = Object.keys(files)
            .filter((path) => matches.test(path))
            .flatMap((path) =>
              (files[path] ?? [])
                .map((text, index) => ({ path, line: index + 1, text }))
                .filter(({ text }) => expression.test(text)),
            );
          const found = await search({
            path: root,
            name,
            content,
            regex: true,
            ignoreCase,
            maxResults: 1_000,
          });
          const got = found.files.flatMap(({ path, lines }) =>
            lines.map(({ line: number, text }) => ({ path, line: number, text })),
          );
          const order = (all: typeof got): string[] => all.map((each) => JSON.stringify(each)).sort();
          expect(order(got)).toEqual(order(expected));
          rmSync(root, { recursive: true });
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);

  it('keeps to its bounds and says so', async () => {
    plant(join(base, 'many'), Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`f${i}`, 'x\nx\n'])));
    const some = await search({ path: 'many', content: 'x', maxResults: 7 });
    expect([some.matches, some.truncated, some.why]).toEqual([7, true, 'results']);
    const all = await search({ path: 'many', content: 'x', maxResults: 60 });
    expect([all.matches, all.truncated]).toEqual([60, false]);
    const context = await search({ path: 'many/f1', content: 'x', contextLines: 1, maxResults: 1 });
    expect(context.files[0]?.lines.map(({ match }) => match)).toEqual([true]);
  });

  it('passes over what is hidden, binary, large or no file, and counts it', async () => {
    const root = join(base, 'odd');
    plant(root, {
      a: 'needle',
      '.hidden': 'needle',
      'node_modules/x': 'needle',
      binary: Buffer.from('needle\0'),
      large: Buffer.alloc(10 * 1024 * 1024 + 1, 'needle\n'),
      long: `${'y'.repeat(5_000)}needle${'y'.repeat(5_000)}`,
      latin: Buffer.from([0xe9, 0x20, ...Buffer.from('needle'), 0xff]),
    });
    symlinkSync('/', join(root, 'link'));
    symlinkSync('.', join(root, 'loop'));
    const found = await search({ path: root, content: 'needle' });
    expect(found.files.map(({ path }) => path)).toEqual(['a', 'latin', 'long']);
    expect(found.skipped).toMatchObject({ binary: 1, large: 1, excluded: 2 });
    expect(found.files[2]?.lines[0]).toMatchObject({ cut: true, column: 5_001 });
    expect(found.files[2]?.lines[0]?.text.length).toBeLessThanOrEqual(400);
    expect(found.files[2]?.lines[0]?.text).toContain('needle');
    const hidden = await search({ path: root, content: 'needle', hidden: true, name: '{.hidden,x}' });
    expect(hidden.matches).toBe(2);
  });

  it('leaves the kernel’s own file systems out', async () => {
    const found = await search({ path: '/', name: 'mountinfo', exclude: ['[!mp]*'], maxResults: 5 });
    expect(found.files.filter(({ path }) => path.startsWith('proc/'))).toEqual([]);
  }, 60_000);
});

describe('hostile input', () => {
  it.each([
    ['a pattern that is none', { content: '(', regex: true }, 'invalid_argument'],
    ['a root that is none', { path: 'none', name: '*' }, 'file_not_found'],
    ['names below a file', { path: 'plain', name: '*' }, 'not_a_directory'],
  ] as const)('refuses %s', async (_what, request, code) => {
    writeFileSync(join(base, 'plain'), '');
    await expect(search(request)).rejects.toMatchObject({ code });
  });

  it('survives any arguments', async () => {
    const word = fc.oneof(
      fc.constantFrom(
        '--name',
        '--regex',
        '--fixed',
        '--exclude',
        '--context',
        '--max-matches',
        '--',
        '--hidden',
        '.',
        'plain',
      ),
      fc.stringMatching(/^[ -~]{0,20}$/),
    );
    writeFileSync(join(base, 'plain'), 'some text\n');
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 10 }), async (words) => {
        await run(['search', ...words, '--max-seconds', '2', '--', 'plain']);
      }),
      { numRuns: 80 },
    );
  }, 60_000);

  it('is read without a crash whatever it prints', () => {
    const field = fc.oneof(
      fc.constantFrom(
        'r',
        'f',
        'm',
        'c',
        'e',
        'x',
        'd',
        '0',
        '1',
        '12',
        '',
        'none',
        'time',
        'bad-pattern',
        'no-root',
        '999999999999999999',
      ),
      fc.string({ maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(field, { maxLength: 30 }), fc.boolean(), (fields, whole) => {
        const output = Buffer.from(fields.join('\0') + (whole ? '\0' : ''));
        try {
          readRecords(output, { path: '.', names: false, cutBy: whole ? null : 'size' });
        } catch (error) {
          expect(error).toBeInstanceOf(ThawError);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});

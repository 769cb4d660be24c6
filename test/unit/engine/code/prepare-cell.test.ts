/** JavaScript pieces, prepared and run in one global scope as a context does it. */
import { createContext, Script } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formOf, prepareCell } from '../../../../src/engine/code/javascript/prepare-cell.ts';

/** A context of its own; answers the values of the pieces in turn. */
async function run(...pieces: readonly string[]): Promise<unknown[]> {
  const marked = new WeakSet<object>();
  const scope = createContext({
    __thawCell: (promise: object) => {
      marked.add(promise);
      return promise;
    },
    __thawCellImport: async (name: string) =>
      await Promise.resolve({ default: `${name}!`, part: 'part', 'a-b': 4 }),
  });
  const values: unknown[] = [];
  for (const piece of pieces) {
    const value: unknown = new Script(prepareCell(piece)).runInContext(scope);
    const waited: unknown =
      typeof value === 'object' && value !== null && marked.has(value)
        ? await Promise.resolve(value)
        : { value };
    values.push(
      typeof waited === 'object' && waited !== null && 'value' in waited ? waited.value : undefined,
    );
  }
  return values;
}

describe('prepareCell', () => {
  it.each<[string, readonly string[], unknown]>([
    ['declarations again', ['const a = 1', 'const a = 2; let b = 3', 'a + b'], 5],
    ['classes again', ['class A { x = 1 }', 'class A { x = 2 }', 'new A().x'], 2],
    [
      'destructuring with a wait',
      ['const { a, b: [c = 7, ...d] } = await ({ a: 1, b: [undefined, 2, 3] })', '[a, c, ...d].join()'],
      '1,7,2,3',
    ],
    ['what stands before a wait', ['let x = 1\nconst y = await x\nfunction f() { return x + y }', 'f()'], 2],
    ['lines without semicolons', ['let s = "a"\nconst t = await s\nlet [u] = t\nu'], 'a'],
    [
      'var in blocks',
      ['await 1; if (true) { var { q } = { q: 5 }; var r }\nfor (var [k] of [[8]]) {}', '[q, r, k].join()'],
      '5,,8',
    ],
    ['a bare var that has a value', ['var v = 4', 'await 1; var v', 'v'], 4],
    ['loops that wait', ['let sum = 0; for await (const n of [1, 2]) sum += n', 'sum'], 3],
    [
      'var in functions of its own',
      ['await 1; const g = () => { var hidden = 1; return hidden }; g()', 'typeof hidden'],
      'undefined',
    ],
    [
      'imports',
      [
        "import d, { part, 'a-b' as ab } from 'm'\nimport * as all from 'n'\nimport 'o'",
        '[d, part, ab, all.default].join()',
      ],
      'm!,part,4,n!',
    ],
    [
      'an import of everything and the default',
      ["import d, * as all from 'm'", '[d, all.part].join()'],
      'm!,part',
    ],
    ['an object that stands alone', ['{ a: 1, b: 2 }', 'undefined'], undefined],
    ['the last value after a wait', ['await 1; ({ z: 3 }).z // end'], 3],
    ['a comment at the end', ['1 // one'], 1],
  ])('keeps %s', async (_name, pieces, value) => {
    expect((await run(...pieces)).at(-1)).toEqual(value);
  });

  it('takes braces for an object where they can be one', async () => {
    expect(await run('{ a: 1, b: 2 }')).toEqual([{ a: 1, b: 2 }]);
    expect(await run('{ let a = 1; a }')).toEqual([1]);
  });

  it('keeps the lines where they are', () => {
    const code = "import a from 'a'\n\nconst b = await 1\nclass C {}\nfunction d() {}\nb";
    const lines = prepareCell(code).split('\n');
    expect(lines[2]).toContain('b = await 1');
    expect(lines[3]).toContain('class C');
    expect(lines[4]).toContain('function d');
  });

  it.each(['const = 1', '('.repeat(100_000), 'a b c', 'export default 1; import'])(
    'leaves what it cannot read, %#',
    (code) => {
      expect(prepareCell(code)).toBe(code);
      expect(formOf(code)).toBeNull();
    },
  );

  it('takes any text at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(typeof prepareCell(text)).toBe('string');
      }),
    );
  });
});

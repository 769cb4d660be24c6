/** Two differences over one image are compared as the two trees that they make. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { askOfImage, compareTrees, type Difference } from '../../../../src/engine/changes/compare.ts';
import { isWithin, type TreeEntry } from '../../../../src/engine/changes/entry.ts';
import { leftOutOf } from '../../../../src/engine/changes/left-out.ts';
import { newSandboxId } from '../../../../src/ids.ts';
import { deleted, directory, entry, file, tree } from './trees.ts';

const none = tree();

/** What the host answers: the part of the image that is asked for. */
function answered(image: Difference, before: Difference, after: Difference): Difference {
  const asked = [...askOfImage(before, after)];
  return new Map(
    [...image].filter(([path]) =>
      asked.some(([one, extent]) => (extent === 'below' ? isWithin(path, one) : path === one)),
    ),
  );
}
const compare = (image: Difference, before: Difference, after: Difference): string[] =>
  compareTrees(before, after, answered(image, before, after)).map(({ path, change }) => `${change} ${path}`);

describe('a comparison', () => {
  it.each<[string, Difference, Difference, Difference, string[]]>([
    ['an addition', none, none, tree(file('a')), ['added a']],
    ['a change', tree(file('a', 'x')), none, tree(file('a', 'y')), ['modified a']],
    ['a copy that is the same', tree(file('a')), none, tree(file('a')), []],
    ['a deletion', tree(file('a')), none, tree(deleted('a')), ['deleted a']],
    ['a deletion of nothing', none, none, tree(deleted('a')), []],
    [
      'a deletion of a directory',
      tree(directory('d'), file('d/a'), file('e')),
      none,
      tree(deleted('d')),
      ['deleted d', 'deleted d/a'],
    ],
    [
      'an opaque directory',
      tree(directory('d'), file('d/a'), file('d/b')),
      none,
      tree(directory('d', true), file('d/b'), file('d/c')),
      ['deleted d/a', 'added d/c'],
    ],
    [
      'a file in place of a directory',
      tree(directory('d'), file('d/a')),
      none,
      tree(file('d')),
      ['type d', 'deleted d/a'],
    ],
    ['a mode', tree(file('a')), none, tree(entry('a', { mode: 0o755 })), ['mode a']],
    ['an owner', tree(file('a')), none, tree(entry('a', { uid: 1 })), ['mode a']],
    ['a time', tree(file('a')), none, tree(entry('a', { mtime: '2' })), []],
    [
      'a large file of another time',
      tree(entry('a', { content: null, sizeBytes: 5 })),
      none,
      tree(entry('a', { content: null, sizeBytes: 5, mtime: '2' })),
      ['modified a'],
    ],
    [
      'what was there at the fork',
      tree(file('a')),
      tree(deleted('a'), file('b')),
      tree(deleted('a'), file('b')),
      [],
    ],
    ['what came back after the fork', tree(file('a')), tree(deleted('a')), none, ['added a']],
    [
      'a directory that came back in another way',
      tree(directory('d'), file('d/a'), file('d/b')),
      tree(deleted('d')),
      tree(directory('d', true), file('d/a')),
      ['added d', 'added d/a'],
    ],
    [
      'order',
      none,
      none,
      tree(file('a-b'), directory('a'), file('a/z')),
      ['added a', 'added a/z', 'added a-b'],
    ],
  ])('tells of %s', (_what, image, before, after, expected) => {
    expect(compare(image, before, after)).toEqual(expected);
  });

  it('is that of the merged trees, whatever was asked of the image', () => {
    const names = fc.constantFrom('a', 'b');
    const paths = fc.array(names, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    const content = fc.constantFrom('x', 'y');
    const difference = fc
      .array(fc.tuple(paths, fc.constantFrom('file', 'directory', 'opaque', 'deleted'), content))
      .map((items) => {
        const found = new Map<string, TreeEntry>();
        for (const [path, kind, text] of items) {
          const parents = path
            .split('/')
            .slice(0, -1)
            .map((_, i, all) => all.slice(0, i + 1).join('/'));
          if (parents.some((parent) => found.has(parent) && found.get(parent)?.kind !== 'directory'))
            continue;
          if ([...found.keys()].some((other) => isWithin(other, path))) continue;
          for (const parent of parents) if (!found.has(parent)) found.set(parent, directory(parent));
          const made = { file: file(path, text), directory: directory(path), opaque: directory(path, true) };
          found.set(path, kind === 'deleted' ? deleted(path) : made[kind]);
        }
        return found;
      });
    const image = difference.map(
      (found) =>
        new Map(
          [...found]
            .filter(([, { kind }]) => kind !== 'deleted')
            .map(([path, one]) => [path, { ...one, opaque: false }]),
        ),
    );
    const merge = (low: Difference, high: Difference): Map<string, TreeEntry> => {
      const merged = new Map(low);
      for (const [path, one] of high) {
        const isHiding = one.kind !== 'directory' || one.opaque || low.get(path)?.kind !== 'directory';
        if (isHiding) for (const other of low.keys()) if (isWithin(other, path)) merged.delete(other);
        if (one.kind !== 'deleted') merged.set(path, { ...one, opaque: false });
      }
      return merged;
    };
    fc.assert(
      fc.property(image, difference, difference, (low, before, after) => {
        const [from, to] = [merge(low, before), merge(low, after)];
        expect(compare(low, before, after)).toEqual(compare(none, from, to));
      }),
      { numRuns: 500 },
    );
  });
});

describe('what is left out', () => {
  const isLeftOut = leftOutOf({ volumes: [{ volumeId: 'v', mountPath: '/data/ä/' }], parentId: null });

  it('are the runtime’s places, Thaw’s and the volumes', () => {
    const paths = [
      '.thaw',
      'proc',
      'etc/hosts',
      'var/lib/thaw/jobs/1',
      Buffer.from('data/ä/x').toString('latin1'),
    ];
    expect(paths.filter((path) => !isLeftOut(path))).toEqual([]);
  });

  it('are no other places, and a new identity only of a fork', () => {
    const paths = [
      'etc/hosts2',
      'data',
      'process',
      'tmp/x',
      'etc/machine-id',
      'etc/ssh/ssh_host_rsa_key.pub',
    ];
    expect(paths.filter(isLeftOut)).toEqual([]);
    const ofFork = leftOutOf({ volumes: [], parentId: newSandboxId() });
    expect(paths.filter(ofFork)).toEqual(['etc/machine-id', 'etc/ssh/ssh_host_rsa_key.pub']);
  });
});

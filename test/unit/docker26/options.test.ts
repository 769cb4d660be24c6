import { describe, expect, test } from 'vitest';
import { readOptions } from '../../docker26/options.ts';

describe('the options of test:docker26', () => {
  test.each([
    [[], ['overlay2', 'containerd']],
    [
      ['--store', 'both'],
      ['overlay2', 'containerd'],
    ],
    [['--store=overlay2'], ['overlay2']],
    [['--store', 'containerd'], ['containerd']],
  ])('%j tests %j', (argv, stores) => {
    expect(readOptions(argv)).toEqual({ stores, selection: [] });
  });

  test('what follows selects tests', () => {
    const { selection } = readOptions(['--store', 'both', 'test/engine/pause.test.ts']);
    expect(selection).toEqual(['test/engine/pause.test.ts']);
  });

  test('an unknown store is refused with the usage', () => {
    expect(() => readOptions(['--store', 'zfs'])).toThrow(/"zfs"[^]*overlay2\|containerd\|both/);
  });
});

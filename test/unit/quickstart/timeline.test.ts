/** The quickstart's table. */
import { describe, expect, test } from 'vitest';
import { alignColumns, median, timelineLines } from '../../../src/quickstart/timeline.ts';

describe('median', () => {
  test('is the middle one, or the mean of the two in the middle', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});

describe('timelineLines', () => {
  test('shows medians, how many times longer Docker took, and sums of the medians', () => {
    const create = { title: 'create', tool: 'sandbox_create', docker: 'docker run' };
    const list = { title: 'list', tool: 'sandbox_list', docker: 'docker ps' };
    const lines = timelineLines(
      [
        { ...create, thawMs: [2, 90, 2], dockerMs: [200, 200, 9] },
        { ...list, thawMs: [4], dockerMs: [2] },
      ],
      1,
    );
    expect(lines).toEqual([
      'step                  tool            Thaw ms  plain Docker  Docker ms  ratio',
      'create                sandbox_create     2.00  docker run        200.0   100x',
      'list                  sandbox_list       4.00  docker ps          2.00   0.5x',
      'all up to the result                     2.00                    200.0   100x',
      'all                                      6.00                    202.0    34x',
    ]);
  });
});

describe('alignColumns', () => {
  test('pads to the longest cell, numbers on the left, and leaves no space at the end', () => {
    expect(
      alignColumns(
        [
          ['a', '1', 'x'],
          ['bbb', '22', ''],
        ],
        new Set([1]),
      ),
    ).toEqual(['a     1  x', 'bbb  22']);
  });
});

/** The overlay's upper directory is found in any mount table. */
import { describe, expect, it } from 'vitest';
import { parseUpperDirectory } from '../../../src/engine/host/overlay-mount.ts';

const line = (options: string, at = '/', type = 'overlay') =>
  `1 2 0:30 / ${at} rw,relatime - ${type} overlay rw,${options}`;

describe('parseUpperDirectory', () => {
  it('finds it at the root alone', () => {
    const table = [
      line('upperdir=/a/other', '/mnt'),
      line('lowerdir=/l1:/l2,upperdir=/d/overlay2/x/diff,workdir=/w'),
    ].join('\n');
    expect(parseUpperDirectory(table)).toBe('/d/overlay2/x/diff');
  });

  it('undoes the escapes of the kernel and of the overlay', () => {
    expect(parseUpperDirectory(line('upperdir=/a\\040b/c\\134,d,workdir=/w'))).toBe('/a b/c,d');
  });

  it('answers null for another file system', () => {
    expect(parseUpperDirectory(line('upperdir=/x', '/', 'btrfs'))).toBeNull();
    expect(parseUpperDirectory('')).toBeNull();
  });
});

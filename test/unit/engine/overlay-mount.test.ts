/** The overlay's directories are found in any mount table. */
import { describe, expect, it } from 'vitest';
import { parseOverlay } from '../../../src/engine/host/overlay-mount.ts';

const line = (options: string, at = '/', type = 'overlay') =>
  `1 2 0:30 / ${at} rw,relatime - ${type} overlay rw,${options}`;

describe('parseOverlay', () => {
  it('finds it at the root alone', () => {
    const table = [
      line('upperdir=/a/other', '/mnt'),
      line('lowerdir=/l1:/l2,upperdir=/d/overlay2/x/diff,workdir=/w'),
    ].join('\n');
    expect(parseOverlay(table)).toEqual({ upper: '/d/overlay2/x/diff', lowers: ['/l1', '/l2'] });
  });

  it('undoes the escapes of the kernel and of the overlay', () => {
    expect(parseOverlay(line('lowerdir=/x\\134:y:/z,upperdir=/a\\040b/c\\134,d,workdir=/w'))).toEqual({
      upper: '/a b/c,d',
      lowers: ['/x:y', '/z'],
    });
  });

  it('takes layers one by one, and relative to where all layers are', () => {
    const one = line('lowerdir+=/l/2,lowerdir+=/l/1,upperdir=/l/3,workdir=/w');
    expect(parseOverlay(one)?.lowers).toEqual(['/l/2', '/l/1']);
    const relative = line('lowerdir=l/AB:7/fs,upperdir=/d/overlay2/x/diff,workdir=/w');
    expect(parseOverlay(relative)?.lowers).toEqual(['/d/overlay2/l/AB', '/d/overlay2/7/fs']);
  });

  it('answers null for another file system', () => {
    expect(parseOverlay(line('upperdir=/x', '/', 'btrfs'))).toBeNull();
    expect(parseOverlay('')).toBeNull();
  });
});

/** The bounds on disk use: shares of the disks, what was asked for, and the figures that they are held against. */
import { describe, expect, it } from 'vitest';
import { describeBytes, GIB } from '../../../src/bytes.ts';
import { resolveBounds } from '../../../src/engine/disk/bounds.ts';
import { parseDf } from '../../../src/engine/host/helper-disk.ts';

const disk = (totalGiB: number) => ({ totalBytes: totalGiB * GIB, freeBytes: GIB });

describe('resolveBounds', () => {
  it('takes shares of the disks where nothing is asked for', () => {
    expect(resolveBounds({}, disk(200), disk(400))).toEqual({
      archiveBytes: 50 * GIB,
      snapshotBytes: 200 * GIB,
      minFreeBytes: GIB,
    });
  });

  it('leaves less of a small disk free, and has a bound for a disk that cannot be seen', () => {
    const { minFreeBytes, snapshotBytes } = resolveBounds({}, disk(10), null);
    expect(minFreeBytes).toBe(Math.floor((10 * GIB) / 50));
    expect(snapshotBytes).toBe(100 * GIB);
  });

  it('prefers what is asked for, zero included', () => {
    const wanted = { archiveBytes: 1, snapshotBytes: 2, minFreeBytes: 0 };
    expect(resolveBounds(wanted, disk(200), disk(400))).toEqual(wanted);
  });
});

describe('parseDf', () => {
  const head = 'Filesystem     1024-blocks     Used Available Capacity Mounted on\n';

  it('reads size and free space', () => {
    expect(parseDf(`${head}/dev/vda          263962764 25881000  81000000      25% /host/root\n`)).toEqual({
      totalBytes: 263_962_764 * 1024,
      freeBytes: 81_000_000 * 1024,
    });
  });

  it.each(['', head, `${head}nonsense`, `${head}/dev/vda - - - - /`])('takes %j as no answer', (text) => {
    expect(parseDf(text)).toBeNull();
  });
});

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [150 * 1024 ** 2, '150 MiB'],
  [2 * 1024 ** 4, '2 TiB'],
])('calls %d bytes %s', (bytes, text) => {
  expect(describeBytes(bytes)).toBe(text);
});

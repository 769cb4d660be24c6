/** The address range of the managed daemon never meets a route. */

import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseRange, keptRange, parseRoutes } from '../../../src/setup/managed/address-range.ts';
import { temporaryDirectory } from './fake-host.ts';

const table = [
  'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
  'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
  'eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
  'br0\t0000D30A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
  '',
].join('\n');

const address = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

describe('parseRoutes', () => {
  test('reads destinations and masks, and leaves default routes out', () => {
    expect(parseRoutes(table)).toEqual([
      { base: address('192.0.2.0'), prefix: 24 },
      { base: address('10.211.0.0'), prefix: 16 },
    ]);
  });
});

describe('chooseRange', () => {
  test('takes the next free block', () => {
    const start = 211 - 192;
    expect(chooseRange([], start)).toBe('10.211.0.0/16');
    expect(chooseRange(parseRoutes(table), start)).toBe('10.212.0.0/16');
    expect(chooseRange([{ base: address('10.0.0.0'), prefix: 8 }], start)).toBeNull();
  });

  test('no choice overlaps a route', () => {
    const route = fc.record({ base: fc.nat(0xffffffff), prefix: fc.integer({ min: 9, max: 32 }) });
    fc.assert(
      fc.property(fc.array(route, { maxLength: 40 }), fc.nat(), (routes, start) => {
        const chosen = chooseRange(routes, start);
        if (chosen === null) return;
        const first = address(chosen.split('/')[0] ?? '');
        for (const { base, prefix } of routes) {
          const size = 2 ** (32 - prefix);
          const from = Math.floor(base / size) * size;
          expect(from + size <= first || first + 65_536 <= from).toBe(true);
        }
      }),
    );
  });
});

test('the range of an earlier start is kept although a route leads to it now', async () => {
  const file = join(await temporaryDirectory(), 'range');
  expect(await keptRange(file, 211 - 192, '')).toBe('10.211.0.0/16');
  expect(await keptRange(file, 0, table)).toBe('10.211.0.0/16');
});

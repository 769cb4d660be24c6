/** Address arithmetic held to the definition of sets, and the reading and writing of addresses. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Address,
  formatAddress,
  parseAddress,
  parseRange,
  type Range,
} from '../../../src/engine/network/cidr.ts';
import { contains, intersect, subtract, union } from '../../../src/engine/network/ranges.ts';
import { parseFibTrie, parseIfInet6 } from '../../../src/engine/network/surroundings.ts';

/** Small numbers, so that ranges meet, touch and overlap often. */
const small = fc.bigInt(0n, 40n);
const family = fc.constantFrom(4 as const, 6 as const);
const range = fc
  .tuple(family, small, small)
  .map(([of, a, b]): Range => ({ family: of, first: a < b ? a : b, last: a < b ? b : a }));
const set = fc.array(range, { maxLength: 8 });
const address = fc.record({ family, value: small });
const isIn = (ranges: readonly Range[], { family: of, value }: Address): boolean =>
  ranges.some(({ family: theirs, first, last }) => theirs === of && value >= first && value <= last);

describe('sets of addresses', () => {
  it('are what their definitions say, for every address', () => {
    fc.assert(
      fc.property(set, set, address, (a, b, probe) => {
        expect(contains(union(a), probe)).toBe(isIn(a, probe));
        expect(contains(subtract(a, b), probe)).toBe(isIn(a, probe) && !isIn(b, probe));
        expect(contains(intersect(a, b), probe)).toBe(isIn(a, probe) && isIn(b, probe));
      }),
      { numRuns: 2_000 },
    );
  });

  it('are sorted and do not touch, as nftables wants its intervals', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        const ranges = subtract(a, b);
        for (const [index, { family: of, first, last }] of ranges.entries()) {
          expect(first <= last).toBe(true);
          const before = ranges[index - 1];
          if (before?.family === of) expect(first > before.last).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('an address', () => {
  it('is the same after being written and read', () => {
    const any = fc.oneof(
      fc.record({ family: fc.constant(4 as const), value: fc.bigInt(0n, 2n ** 32n - 1n) }),
      fc.record({ family: fc.constant(6 as const), value: fc.bigInt(0n, 2n ** 128n - 1n) }),
    );
    fc.assert(
      fc.property(any, (given) => {
        expect(parseAddress(formatAddress(given))).toEqual(given);
      }),
    );
  });

  it.each<[string, string | null]>([
    ['1.2.3.4', '1.2.3.4'],
    ['::', '0:0:0:0:0:0:0:0'],
    ['2001:db8::1', '2001:db8:0:0:0:0:0:1'],
    ['::ffff:10.0.0.1', '0:0:0:0:0:ffff:a00:1'],
    ['fe80::1%eth0', null],
    ['1.2.3', null],
    ['1.2.3.04', null],
    ['', null],
  ])('%s is read as %s', (text, expected) => {
    const parsed = parseAddress(text);
    expect(parsed === null ? null : formatAddress(parsed)).toBe(expected);
  });

  it.each(['10.0.0.0/8/8', '10.0.0.0/-1', '10.0.0.0/', '10.0.0.0/33', 'ten/8'])('%s is no range', (text) => {
    expect(parseRange(text)).toBeNull();
  });
});

describe("the host's own network", () => {
  it('is read from the routing trie of IPv4', () => {
    const trie = `Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
        +-- 192.0.2.0/31 1 0 0
           |-- 192.0.2.0
              /24 link UNICAST
           |-- 192.0.2.2
              /32 host LOCAL
        |-- 192.0.2.255
           /32 link BROADCAST
`;
    const { addresses, networks } = parseFibTrie(trie);
    expect(addresses.map(formatAddress)).toEqual(['192.0.2.2']);
    expect(networks).toEqual([parseRange('192.0.2.0/24')]);
  });

  it('is read from the interfaces of IPv6', () => {
    const { addresses, networks } = parseIfInet6(
      'fd000000000000000000000000000002 04 40 00 82     eth0\n00000000000000000000000000000001 01 80 10 80       lo\n',
    );
    expect(addresses.map(formatAddress)).toEqual(['fd00:0:0:0:0:0:0:2', '0:0:0:0:0:0:0:1']);
    expect(networks).toEqual([parseRange('fd00::/64'), parseRange('::1/128')]);
  });
});

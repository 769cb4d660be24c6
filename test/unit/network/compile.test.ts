/** What a policy lets through, for any address: held to what each policy promises, over a small model of the rules. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Address, parseAddress, type Range, range } from '../../../src/engine/network/cidr.ts';
import { closedRanges } from '../../../src/engine/network/closed-ranges.ts';
import { allowedBy, compileRules, type Surroundings } from '../../../src/engine/network/compile.ts';
import {
  changeNetwork,
  defaultNetwork,
  type NetworkRecord,
  toPolicy,
} from '../../../src/engine/network/policy.ts';

const at = (text: string): Address => {
  const address = parseAddress(text);
  if (address === null) throw new Error(`${text} is no address`);
  return address;
};

function surroundings(open: readonly string[] = []): Surroundings {
  return {
    open: open.map(range),
    host: {
      addresses: [at('198.51.100.7'), at('10.9.0.2'), at('2a02::7')],
      networks: [range('198.51.100.0/24')],
    },
    gateways: [at('10.225.0.1')],
  };
}

/** The set of a compiled ruleset, read back from its text. */
function setOf(text: string, name: string): Range[] {
  const elements = new RegExp(`set ${name} \\{[^}]*elements = \\{ ([^}]*) \\}`).exec(text)?.[1];
  return (elements?.split(', ') ?? []).map((element) => {
    const [first = '', last = first] = element.split('-');
    return { family: at(first).family, first: at(first).value, last: at(last).value };
  });
}

/** Whether a packet to this address leaves the sandbox, by the rules' own text. */
function leaves(text: string, { family, value }: Address): boolean {
  const ranges = setOf(text, `allow${family}`);
  return ranges.some(({ first, last }) => first <= value && value <= last);
}

const rulesOf = (record: NetworkRecord, around = surroundings()): string =>
  compileRules(toPolicy(record), around, 7).text;

const blocked: NetworkRecord = { ...defaultNetwork, blockAll: true };
const listed: NetworkRecord = { ...defaultNetwork, allowList: '8.8.0.0/16,0.0.0.0/0,2a00::/12' };

const anyAddress = fc.oneof(
  fc.bigInt(0n, 2n ** 32n - 1n).map((value): Address => ({ family: 4, value })),
  fc.bigInt(0n, 2n ** 128n - 1n).map((value): Address => ({ family: 6, value })),
  // Edges of the ranges that matter, where an error of one would be.
  fc
    .tuple(fc.constantFrom(...closedRanges, range('8.8.0.0/16')), fc.constantFrom(-1n, 0n, 1n), fc.boolean())
    .map(([{ family, first, last }, off, start]): Address => {
      const value = (start ? first : last) + off;
      const highest = family === 4 ? 2n ** 32n - 1n : 2n ** 128n - 1n;
      return { family, value: value < 0n ? 0n : value > highest ? highest : value };
    }),
);

const isIn = (ranges: readonly Range[], { family, value }: Address): boolean =>
  ranges.some((one) => one.family === family && one.first <= value && value <= one.last);

describe('the default policy', () => {
  it.each([
    '10.0.0.1',
    '10.225.0.1',
    '172.17.0.1',
    '192.168.1.1',
    '100.100.100.200',
    '169.254.169.254',
    '168.63.129.16',
    '127.0.0.1',
    '0.0.0.0',
    '224.0.0.251',
    '255.255.255.255',
    '198.51.100.7',
    '198.51.100.200',
    'fd00:ec2::254',
    'fe80::1',
    'ff02::1',
    '::1',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    '2002:a00:1::1',
    '2a02::7',
  ])('keeps %s closed', (address) => {
    expect(leaves(rulesOf(defaultNetwork), at(address))).toBe(false);
  });

  it.each(['1.1.1.1', '93.184.216.34', '172.32.0.1', '192.167.255.255', '2606:4700::1111', '2a02::8'])(
    'lets %s through',
    (address) => expect(leaves(rulesOf(defaultNetwork), at(address))).toBe(true),
  );
});

describe('any address', () => {
  it('is let through by the rules exactly when the policy says so', () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        const { host } = surroundings();
        const own = host.addresses.some(
          ({ family, value }) => family === address.family && value === address.value,
        );
        const closed = own || isIn([...closedRanges, ...host.networks], address);
        expect(leaves(rulesOf(blocked), address)).toBe(false);
        expect(leaves(rulesOf(defaultNetwork), address)).toBe(!closed);
        const inList = address.family === 4 || isIn([range('2a00::/12')], address);
        expect(leaves(rulesOf(listed), address)).toBe(!closed && inList);
      }),
      { numRuns: 3_000 },
    );
  });

  it('that is closed is reached by no list', () => {
    const list = fc.uniqueArray(fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })), {
      minLength: 1,
      maxLength: 10,
    });
    fc.assert(
      fc.property(list, (entries) => {
        const allowList = entries.map(([address, prefix]) => `${address}/${prefix}`).join(',');
        const allowed = allowedBy(toPolicy({ ...defaultNetwork, allowList }), surroundings());
        for (const { first, last } of closedRanges.filter(({ family }) => family === 4))
          expect(allowed.some((one) => one.family === 4 && one.first <= last && one.last >= first)).toBe(
            false,
          );
      }),
    );
  });
});

describe('what the operator opened', () => {
  it('is open by default, but for the host itself', () => {
    const text = rulesOf(defaultNetwork, surroundings(['10.0.0.0/8']));
    expect(leaves(text, at('10.1.2.3'))).toBe(true);
    expect(leaves(text, at('10.9.0.2'))).toBe(false);
    expect(leaves(text, at('192.168.1.1'))).toBe(false);
  });

  it('holds an address of the host only by its own name', () => {
    expect(leaves(rulesOf(defaultNetwork, surroundings(['10.9.0.2'])), at('10.9.0.2'))).toBe(true);
  });

  it('is for a list to name before a listed sandbox reaches it', () => {
    const around = surroundings(['10.1.0.0/16']);
    const record = changeNetwork(defaultNetwork, { networkAllowList: '8.8.8.0/24' }, []);
    expect(leaves(rulesOf(record, around), at('10.1.0.1'))).toBe(false);
    const naming = changeNetwork(defaultNetwork, { networkAllowList: '10.1.0.0/24' }, []);
    expect(leaves(rulesOf(naming, around), at('10.1.0.1'))).toBe(true);
  });
});

describe('a fingerprint', () => {
  const print = (record: NetworkRecord, mark: number, open: readonly string[] = []): string =>
    compileRules(toPolicy(record), surroundings(open), mark).fingerprint;

  it('is that of the policy and its surroundings, not of the mark', () => {
    expect(print(defaultNetwork, 1)).toBe(print(defaultNetwork, 2));
    const one = { ...defaultNetwork, domainAllowList: 'a.io,b.io' };
    expect(print(one, 1)).toBe(print({ ...one, domainAllowList: 'b.io,a.io' }, 1));
    const all = [defaultNetwork, blocked, listed, one, { ...one, domainAllowList: 'a.io' }];
    expect(new Set(all.map((record) => print(record, 1))).size).toBe(all.length);
    expect(print(defaultNetwork, 1, ['10.0.0.0/8'])).not.toBe(print(defaultNetwork, 1));
  });

  it('stands in the rules as the name of a chain', () => {
    const { fingerprint, text } = compileRules(toPolicy(listed), surroundings(), 3);
    expect(text).toContain(`chain policy_${fingerprint} {`);
  });
});

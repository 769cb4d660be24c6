/** The API's rules for network settings: what is refused with which words, and what a change makes of the settings before. */
import { describe, expect, it } from 'vitest';
import type { NetworkSettings } from '../../../schemas/network.ts';
import { closedRanges } from '../../../src/engine/network/closed-ranges.ts';
import { fitsDomain, parseDomain } from '../../../src/engine/network/domains.ts';
import {
  changeNetwork,
  defaultNetwork,
  type NetworkRecord,
  requestedNetwork,
} from '../../../src/engine/network/policy.ts';

const blocked: NetworkRecord = { ...defaultNetwork, blockAll: true };
const listed: NetworkRecord = { blockAll: false, allowList: '8.8.8.0/24', domainAllowList: 'example.com' };
const many = (entry: string): string => Array.from({ length: 11 }, () => entry).join(',');

describe('a refusal', () => {
  it.each<[NetworkSettings, string]>([
    [{}, 'At least one of networkBlockAll, networkAllowList or domainAllowList must be provided'],
    [
      { networkAllowList: '1.2.3.4' },
      'Invalid network format: "1.2.3.4". Missing CIDR prefix length (e.g., /24)',
    ],
    [
      { networkAllowList: 'x/24' },
      'Invalid IP address: "x" in network "x/24". Must be a valid IPv4 or IPv6 address',
    ],
    [
      { networkAllowList: '1.2.3.4/33' },
      'Invalid CIDR prefix length: 1.2.3.4/33. Prefix must be between 0 and 32',
    ],
    [
      { networkAllowList: '2a00::/129' },
      'Invalid CIDR prefix length: 2a00::/129. Prefix must be between 0 and 128',
    ],
    [
      { networkAllowList: '1.2.3.4/' },
      'Invalid CIDR prefix length: 1.2.3.4/. Prefix must be between 0 and 32',
    ],
    [{ networkAllowList: 'fe80::1%eth0/64' }, 'Invalid IP address: "fe80::1%eth0"'],
    [{ networkAllowList: many('1.2.3.0/24') }, 'Network allow list cannot contain more than 10 networks'],
    [
      { networkAllowList: '8.8.8.0/24,10.1.0.0/16' },
      'networkAllowList: 10.1.0.0/16 is closed to every sandbox',
    ],
    [{ networkAllowList: 'fd00::/8' }, 'networkAllowList: fd00::/8 is closed to every sandbox'],
    [{ domainAllowList: 'localhost' }, 'Invalid domain: "localhost". Must be a valid domain name'],
    [{ domainAllowList: 'a.*.com' }, 'Invalid domain: "a.*.com". Must be a valid domain name'],
    [{ domainAllowList: '1.2.3.4' }, 'Invalid domain: "1.2.3.4". Must be a valid domain name'],
    [{ domainAllowList: many('example.com') }, 'Domain allow list cannot contain more than 10 domains'],
    [{ networkBlockAll: true, networkAllowList: 'nonsense' }, 'Invalid network format: "nonsense"'],
  ])('of %j says why', (settings, message) => {
    const refused = expect.objectContaining({
      code: 'invalid_argument',
      message: expect.stringContaining(message),
    });
    expect(() => changeNetwork(defaultNetwork, settings, closedRanges)).toThrow(refused);
  });
});

describe('a change', () => {
  it.each<[string, NetworkRecord, NetworkSettings, NetworkRecord]>([
    ['blocking clears the lists', listed, { networkBlockAll: true }, blocked],
    [
      'a list unblocks',
      blocked,
      { networkAllowList: '8.8.8.0/24' },
      { ...defaultNetwork, allowList: '8.8.8.0/24' },
    ],
    [
      'a domain list unblocks',
      blocked,
      { domainAllowList: 'a.io' },
      { ...defaultNetwork, domainAllowList: 'a.io' },
    ],
    ['an empty list is none', listed, { networkAllowList: '' }, { ...listed, allowList: null }],
    ['an empty list does not unblock', blocked, { networkAllowList: ' , ' }, blocked],
    ['unblocking clears the lists', listed, { networkBlockAll: false }, defaultNetwork],
    [
      'unblocking with a list keeps that',
      listed,
      { networkBlockAll: false, domainAllowList: 'b.io' },
      { ...defaultNetwork, domainAllowList: 'b.io' },
    ],
    ['the lists are apart', listed, { domainAllowList: '' }, { ...listed, domainAllowList: null }],
    [
      'of block and list the block counts',
      defaultNetwork,
      { networkBlockAll: true, networkAllowList: '8.8.8.0/24' },
      blocked,
    ],
    [
      'blanks go',
      defaultNetwork,
      { networkAllowList: ' 8.8.8.0/24 , 1.1.1.1/32 ' },
      { ...defaultNetwork, allowList: '8.8.8.0/24,1.1.1.1/32' },
    ],
  ])('%s', (_rule, before, settings, after) => {
    expect(changeNetwork(before, settings, closedRanges)).toEqual(after);
  });

  it('of a create without fields is the default policy', () => {
    expect(requestedNetwork({}, closedRanges)).toEqual(defaultNetwork);
  });

  it('may list what the operator opened', () => {
    const { allowList } = changeNetwork(defaultNetwork, { networkAllowList: '10.1.0.0/16' }, []);
    expect(allowList).toBe('10.1.0.0/16');
  });
});

describe('a listed name', () => {
  it.each<[string, string, boolean]>([
    ['example.com', 'example.com', true],
    ['example.com', 'EXAMPLE.com.', true],
    ['example.com', 'www.example.com', false],
    ['example.com', 'example.com.evil.org', false],
    ['*.example.com', 'a.b.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', 'notexample.com', false],
    ['*.Example.COM', 'x.example.com', true],
  ])('%s fits %s: %s', (entry, asked, fits) => {
    const pattern = parseDomain(entry);
    expect(pattern).not.toBeNull();
    expect(fitsDomain(pattern === null ? [] : [pattern], asked)).toBe(fits);
  });
});

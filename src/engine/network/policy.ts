/** What a sandbox may reach, as it is asked for, kept and read again. Messages are the API's. Pure. */
import { z } from 'zod';
import type { NetworkSettings } from '../../../schemas/network.ts';
import { ThawError } from '../../errors.ts';
import { bitsOf, networkRange, parseAddress, type Range } from './cidr.ts';
import { type DomainPattern, parseDomain } from './domains.ts';
import { subtract } from './ranges.ts';

/** As records hold it: the lists as they were given, without blanks. All null and false: the default policy. */
export const NetworkRecord = z.object({
  blockAll: z.boolean(),
  allowList: z.string().nullable(),
  domainAllowList: z.string().nullable(),
});
export type NetworkRecord = z.infer<typeof NetworkRecord>;

export const defaultNetwork: NetworkRecord = { blockAll: false, allowList: null, domainAllowList: null };

export const isDefaultNetwork = ({ blockAll, allowList, domainAllowList }: NetworkRecord): boolean =>
  !blockAll && allowList === null && domainAllowList === null;

export const sameNetwork = (a: NetworkRecord, b: NetworkRecord): boolean =>
  a.blockAll === b.blockAll && a.allowList === b.allowList && a.domainAllowList === b.domainAllowList;

/** A policy in numbers. */
export interface NetworkPolicy {
  readonly outbound: 'open' | 'listed' | 'blocked';
  /** Where `listed`. */
  readonly networks: readonly Range[];
  /** Null: no domain list, every name is resolved. */
  readonly domains: readonly DomainPattern[] | null;
}

const MAX_ENTRIES = 10;

function refuse(message: string, next?: string): never {
  throw new ThawError('invalid_argument', message, next === undefined ? {} : { next });
}

const entriesOf = (list: string): string[] =>
  list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

function parseNetwork(entry: string): Range {
  const [host = '', length, ...rest] = entry.split('/');
  if (length === undefined)
    refuse(`Invalid network format: "${entry}". Missing CIDR prefix length (e.g., /24)`);
  const address = parseAddress(host);
  if (address === null || rest.length > 0)
    refuse(`Invalid IP address: "${host}" in network "${entry}". Must be a valid IPv4 or IPv6 address`);
  const bits = bitsOf(address.family);
  if (!/^\d{1,3}$/.test(length) || Number(length) > bits)
    refuse(`Invalid CIDR prefix length: ${entry}. Prefix must be between 0 and ${bits}`);
  return networkRange(address, Number(length));
}

function parseNetworks(list: string): Range[] {
  const entries = entriesOf(list);
  if (entries.length > MAX_ENTRIES)
    refuse(`Network allow list cannot contain more than ${MAX_ENTRIES} networks`);
  return entries.map(parseNetwork);
}

function parseDomains(list: string): DomainPattern[] {
  const entries = entriesOf(list);
  if (entries.length > MAX_ENTRIES)
    refuse(`Domain allow list cannot contain more than ${MAX_ENTRIES} domains`);
  return entries.map(
    (entry) => parseDomain(entry) ?? refuse(`Invalid domain: "${entry}". Must be a valid domain name`),
  );
}

const normalise = (list: string): string | null => {
  const entries = entriesOf(list);
  return entries.length === 0 ? null : entries.join(',');
};

/** A network that no policy can open would be listed in vain: better said at once. */
function refuseClosed(list: string, closed: readonly Range[]): void {
  for (const entry of entriesOf(list)) {
    if (subtract([parseNetwork(entry)], closed).length > 0) continue;
    refuse(
      `networkAllowList: ${entry} is closed to every sandbox: it is a private, local or reserved network of this host.`,
      'Leave it out, or have the operator open it to all sandboxes with THAW_OPEN_RANGES.',
    );
  }
}

/**
 * The policy after a request, over the one before it, by the API's rules: blocking clears the lists; a list unblocks; an
 * empty one is none; unblocking without a list clears the lists. `closed` are the ranges that stay closed whatever is
 * listed. Throws `invalid_argument`.
 */
export function changeNetwork(
  before: NetworkRecord,
  { networkBlockAll, networkAllowList, domainAllowList }: NetworkSettings,
  closed: readonly Range[],
): NetworkRecord {
  if (networkBlockAll === undefined && networkAllowList === undefined && domainAllowList === undefined) {
    refuse('At least one of networkBlockAll, networkAllowList or domainAllowList must be provided');
  }
  parseNetworks(networkAllowList ?? '');
  parseDomains(domainAllowList ?? '');
  refuseClosed(networkAllowList ?? '', closed);
  // Where a request asks for both, the stricter half counts.
  if (networkBlockAll === true) return { ...defaultNetwork, blockAll: true };
  const kept = networkBlockAll === false ? defaultNetwork : before;
  const allowList = networkAllowList === undefined ? kept.allowList : normalise(networkAllowList);
  const domains = domainAllowList === undefined ? kept.domainAllowList : normalise(domainAllowList);
  const listed = allowList !== null || domains !== null;
  return { blockAll: listed ? false : kept.blockAll, allowList, domainAllowList: domains };
}

/** The policy of a new sandbox. Throws `invalid_argument`. */
export function requestedNetwork(settings: NetworkSettings, closed: readonly Range[]): NetworkRecord {
  const { networkBlockAll = false, networkAllowList, domainAllowList } = settings;
  return changeNetwork(
    defaultNetwork,
    {
      networkBlockAll,
      ...(networkAllowList === undefined ? {} : { networkAllowList }),
      ...(domainAllowList === undefined ? {} : { domainAllowList }),
    },
    closed,
  );
}

/** What a record means. */
export function toPolicy({ blockAll, allowList, domainAllowList }: NetworkRecord): NetworkPolicy {
  const listed = allowList !== null || domainAllowList !== null;
  return {
    outbound: blockAll ? 'blocked' : listed ? 'listed' : 'open',
    networks: parseNetworks(allowList ?? ''),
    domains: domainAllowList === null ? null : parseDomains(domainAllowList),
  };
}

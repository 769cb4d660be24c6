/** From a policy to the addresses that it lets through, and on to the nftables rules of a sandbox's network. Pure. */
import { createHash } from 'node:crypto';
import { RESOLVER_ADDRESS, RESOLVER_PORT } from '../agent/port.ts';
import { type Address, type Family, formatAddress, formatRange, type Range } from './cidr.ts';
import { closedRanges } from './closed-ranges.ts';
import type { NetworkPolicy } from './policy.ts';
import { everything, ofFamily, subtract, union } from './ranges.ts';

/** What is true of the host for every sandbox on it. */
export interface Surroundings {
  /** Ranges that the operator opened. */
  readonly open: readonly Range[];
  /** The host's own addresses and the networks that it is attached to. */
  readonly host: { readonly addresses: readonly Address[]; readonly networks: readonly Range[] };
  /** The host's addresses on the sandboxes' network: from there, connections into a sandbox are let in. */
  readonly gateways: readonly Address[];
}

export const TABLE = 'thaw';
/** Remembered denials, an address, protocol and port each, and for how long. */
const MAX_DENIED = 512;
export const DENIED_KEPT_SECONDS = 3_600;
const MAX_NAMED = 8192;

const asRange = ({ family, value }: Address): Range => ({ family, first: value, last: value });

/**
 * Everything that stays closed whatever a policy lists. A range that the operator opened is open but for the host's own
 * addresses in it: those open only one by one, by name.
 */
export function closedTo({ open, host }: Surroundings): Range[] {
  const named = open.filter(({ first, last }) => first === last);
  const networks = subtract([...closedRanges, ...host.networks], open);
  return union([...networks, ...subtract(host.addresses.map(asRange), named)]);
}

/** The addresses that a policy lets through by themselves. */
export function allowedBy(policy: NetworkPolicy, surroundings: Surroundings): Range[] {
  if (policy.outbound === 'blocked') return [];
  const wanted = policy.outbound === 'open' ? everything : policy.networks;
  return subtract(wanted, closedTo(surroundings));
}

const set = (
  name: string,
  type: string,
  options: readonly string[],
  elements: readonly string[] = [],
): string =>
  [
    `  set ${name} {`,
    `    type ${type}`,
    ...options.map((option) => `    ${option}`),
    ...(elements.length === 0 ? [] : [`    elements = { ${elements.join(', ')} }`]),
    '  }',
  ].join('\n');

const chain = (name: string, lines: readonly string[]): string =>
  [`  chain ${name} {`, ...lines.map((line) => `    ${line}`), '  }'].join('\n');

/** Neighbours are found by these two alone; anything else on the link is closed. */
const NEIGHBOURS = 'icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept';

/** The set of addresses behind names is that of one policy alone: what an earlier one let through never enters a later one's. */
export const namedSet = (family: Family, fingerprint: string): string => `named${family}_${fingerprint}`;

/** What the kernel says to the link by itself: closed like the rest, but nothing that a program tried. */
const HOUSEKEEPING: readonly string[] = [
  'icmpv6 type { nd-router-solicit, mld-listener-report, mld-listener-done, mld2-listener-report } drop',
  'ip protocol igmp drop',
];

function outputRules(mark: number, print: string, gateways: readonly Address[]): string[] {
  return [
    'type filter hook output priority filter; policy drop;',
    // Docker's resolver listens on another port of this address: it knows the names of other sandboxes.
    `ip daddr ${RESOLVER_ADDRESS} meta l4proto { tcp, udp } th dport != ${RESOLVER_PORT} goto denied`,
    'ip daddr 127.0.0.0/8 accept',
    'ip6 daddr ::1 accept',
    'oifname "lo" accept',
    // A connection to a named address goes on when its name has expired, as long as the policy is this one.
    `ct state established ct mark ${mark} accept`,
    'ip daddr @allow4 accept',
    'ip6 daddr @allow6 accept',
    `ip daddr @${namedSet(4, print)} ct mark set ${mark} accept`,
    `ip6 daddr @${namedSet(6, print)} ct mark set ${mark} accept`,
    ...gateways.map((gateway) => `${match(gateway, 'daddr')} ct state established ct direction reply accept`),
    NEIGHBOURS,
    ...HOUSEKEEPING,
    'goto denied',
  ];
}

function inputRules(mark: number, gateways: readonly Address[]): string[] {
  const answers = 'ct state established ct direction reply accept';
  return [
    'type filter hook input priority filter; policy drop;',
    'iifname "lo" accept',
    `ct state established ct mark ${mark} accept`,
    // Checked by address again: a change of the policy cuts what comes in as well as what goes out.
    `ip saddr @allow4 ${answers}`,
    `ip6 saddr @allow6 ${answers}`,
    'meta l4proto { icmp, icmpv6 } ct state related ct direction reply accept',
    ...gateways.map((gateway) => `${match(gateway, 'saddr')} accept`),
    NEIGHBOURS,
  ];
}

const match = (address: Address, field: 'saddr' | 'daddr'): string =>
  `${address.family === 4 ? 'ip' : 'ip6'} ${field} ${formatAddress(address)}`;

/** Refusals are told to the program at once: a connection that just hangs explains nothing. */
const deniedRules: readonly string[] = [
  'meta l4proto { tcp, udp } update @denied4 { ip daddr . meta l4proto . th dport }',
  'meta l4proto { tcp, udp } update @denied6 { ip6 daddr . meta l4proto . th dport }',
  'meta l4proto != { tcp, udp } update @denied_other4 { ip daddr . meta l4proto }',
  'meta l4proto != { tcp, udp } update @denied_other6 { ip6 daddr . meta l4proto }',
  'meta l4proto tcp reject with tcp reset',
  'reject with icmpx admin-prohibited',
];

/** Before Docker's own translation at -100, so that every question of whatever resolver goes to Thaw's. */
const questionRules: readonly string[] = [
  'type nat hook output priority -110; policy accept;',
  `ip daddr ${RESOLVER_ADDRESS} meta l4proto { tcp, udp } th dport 53 dnat ip to ${RESOLVER_ADDRESS}:${RESOLVER_PORT}`,
  // A resolver that the sandbox runs for itself is its own affair.
  'oifname "lo" accept',
  `meta nfproto ipv4 meta l4proto { tcp, udp } th dport 53 dnat ip to ${RESOLVER_ADDRESS}:${RESOLVER_PORT}`,
  `meta nfproto ipv6 meta l4proto { tcp, udp } th dport 53 dnat ip6 to [::1]:${RESOLVER_PORT}`,
];

export interface Ruleset {
  /** Names what the rules let through: two policies with the same one are the same. */
  readonly fingerprint: string;
  /** The whole table in place of the one before, in one transaction. */
  readonly text: string;
}

const deniedOptions = [
  'flags dynamic,timeout',
  `timeout ${DENIED_KEPT_SECONDS}s`,
  `size ${MAX_DENIED}`,
  'counter',
];
const namedOptions = ['flags timeout', `size ${MAX_NAMED}`];

/** `mark` tells the connections of this policy from those of an earlier one: any number from 1 to 2^31, new for each. */
export function compileRules(policy: NetworkPolicy, surroundings: Surroundings, mark: number): Ruleset {
  const allowed = allowedBy(policy, surroundings);
  const elements = (family: Family): string[] => ofFamily(allowed, family).map(formatRange);
  const { gateways } = surroundings;
  const body = (number: number, print: string): string[] => [
    set('allow4', 'ipv4_addr', ['flags interval'], elements(4)),
    set('allow6', 'ipv6_addr', ['flags interval'], elements(6)),
    set(namedSet(4, print), 'ipv4_addr', namedOptions),
    set(namedSet(6, print), 'ipv6_addr', namedOptions),
    set('denied4', 'ipv4_addr . inet_proto . inet_service', deniedOptions),
    set('denied6', 'ipv6_addr . inet_proto . inet_service', deniedOptions),
    set('denied_other4', 'ipv4_addr . inet_proto', deniedOptions),
    set('denied_other6', 'ipv6_addr . inet_proto', deniedOptions),
    chain('denied', deniedRules),
    chain('output', outputRules(number, print, gateways)),
    chain('input', inputRules(number, gateways)),
    chain('forward', ['type filter hook forward priority filter; policy drop;']),
    chain('questions', questionRules),
  ];
  const named = policy.domains?.map(({ name, below }) => `${below ? '*.' : ''}${name}`).toSorted() ?? null;
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([policy.outbound, named, body(0, '')]))
    .digest('hex')
    .slice(0, 24);
  const text = [
    `table inet ${TABLE}`,
    `delete table inet ${TABLE}`,
    `table inet ${TABLE} {`,
    ...body(mark, fingerprint),
    // An empty chain, by whose name the rules are recognised later.
    chain(`policy_${fingerprint}`, []),
    '}',
    '',
  ].join('\n');
  return { fingerprint, text };
}

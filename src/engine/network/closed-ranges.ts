/**
 * The addresses that are never the internet: the host's networks, other sandboxes, metadata services, multicast, and
 * IPv6 ranges that carry an IPv4 address within them (IANA special-purpose registries, RFC 6890).
 */
import { type Range, range } from './cidr.ts';

export const closedRanges: readonly Range[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  // Protocol assignments; one cloud's metadata service is among them.
  '192.0.0.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  // Multicast, reserved and broadcast.
  '224.0.0.0/3',
  // Azure's metadata service has a public address.
  '168.63.129.16/32',
  // Of IPv6 only global unicast, 2000::/3, is the internet: the rest is local, mapped, translated or unassigned.
  '::/3',
  '4000::/2',
  '8000::/1',
  // Teredo and 6to4 carry IPv4 addresses.
  '2001::/32',
  '2002::/16',
].map(range);

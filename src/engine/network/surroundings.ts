/** Reads what the host's own network is from its /proc (proc(5)): addresses and the networks that it is attached to. Pure. */
import { type Address, networkRange, parseAddress, type Range } from './cidr.ts';

export interface HostNetworkFacts {
  readonly addresses: readonly Address[];
  readonly networks: readonly Range[];
}

/** The files to read: IPv4 and IPv6. */
export const FIB_TRIE = '/proc/net/fib_trie';
export const IF_INET6 = '/proc/net/if_inet6';

/** `/proc/net/fib_trie`: an address (`|-- A`) and under it what it is, as `/32 host LOCAL` or `/N link UNICAST`. */
export function parseFibTrie(text: string): HostNetworkFacts {
  const addresses: Address[] = [];
  const networks: Range[] = [];
  let current: Address | null = null;
  for (const line of text.split('\n')) {
    const leaf = /^\s*\|-- (\S+)$/.exec(line);
    if (leaf !== null) current = parseAddress(leaf[1] ?? '');
    const what = /^\s*\/(\d+) (\w+) (\w+)/.exec(line);
    if (what === null || current === null) continue;
    const [, prefix, scope, type] = what;
    if (scope === 'host' && type === 'LOCAL' && prefix === '32') addresses.push(current);
    if (scope === 'link' && type === 'UNICAST') networks.push(networkRange(current, Number(prefix)));
  }
  return { addresses, networks };
}

/** `/proc/net/if_inet6`: 32 digits of address, interface number, prefix length, scope, flags (hexadecimal), name. */
export function parseIfInet6(text: string): HostNetworkFacts {
  const found = text.split('\n').flatMap((line) => {
    const match = /^([0-9a-f]{32}) [0-9a-f]+ ([0-9a-f]{2}) /.exec(line);
    if (match === null) return [];
    const address: Address = { family: 6, value: BigInt(`0x${match[1]}`) };
    return [{ address, network: networkRange(address, Number.parseInt(match[2] ?? '', 16)) }];
  });
  return { addresses: found.map(({ address }) => address), networks: found.map(({ network }) => network) };
}

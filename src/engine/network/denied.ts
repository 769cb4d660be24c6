/** Reads what the rules of a sandbox denied lately out of the kernel's sets, as nft prints them in JSON. Pure. */
import { z } from 'zod';
import { formatAddress, parseAddress } from './cidr.ts';
import { DENIED_KEPT_SECONDS } from './compile.ts';

const Element = z.object({
  elem: z.object({
    val: z.object({ concat: z.array(z.union([z.string(), z.number()])).min(2) }),
    /** Seconds until it is forgotten: each denial sets it back to the whole time. */
    expires: z.number(),
    counter: z.object({ packets: z.number() }),
  }),
});
const Listing = z.object({
  nftables: z.array(
    z.object({ set: z.object({ name: z.string(), elem: z.array(Element).optional() }).optional() }),
  ),
});

export interface DeniedPackets {
  /** In full, without abbreviation of zeros. */
  readonly address: string;
  readonly protocol: string;
  /** Null for protocols without ports. */
  readonly port: number | null;
  readonly packets: number;
  readonly secondsAgo: number;
}

/** Numbers where the image has no list of names, and the names that people know. */
const protocolNames: Readonly<Record<string, string>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  58: 'icmp',
  132: 'sctp',
  'ipv6-icmp': 'icmp',
  icmpv6: 'icmp',
};

/** Throws for a listing that is none. */
export function parseDenied(json: string): readonly DeniedPackets[] {
  const { nftables } = Listing.parse(JSON.parse(json));
  return nftables
    .flatMap(({ set }) => (set?.name.startsWith('denied') === true ? (set.elem ?? []) : []))
    .flatMap(({ elem: { val, expires, counter } }) => {
      const [host, protocol, port] = val.concat;
      const address = parseAddress(String(host));
      if (address === null) return [];
      const name = String(protocol);
      return [
        {
          address: formatAddress(address),
          protocol: protocolNames[name] ?? name,
          port: port === undefined ? null : Number(port),
          packets: counter.packets,
          secondsAgo: Math.max(0, DENIED_KEPT_SECONDS - expires),
        },
      ];
    });
}

/** The listening sockets in the kernel's tables /proc/net/tcp and tcp6. */
import { formatAddress } from '../agent/address.ts';
import type { ListeningPort } from '../agent/port.ts';

const LISTEN = '0A';
const ROW =
  /^\s*\d+: ([\dA-F]{8}|[\dA-F]{32}):([\dA-F]{4}) [\dA-F]+:[\dA-F]{4} ([\dA-F]{2}) \S+ \S+ \S+ +(\d+) +\d+ (\d+)/;

/** The kernel prints an address as numbers of four bytes in its own order, which is little-endian wherever Docker runs. */
function toAddress(hex: string): Buffer {
  const bytes = Buffer.from(hex, 'hex');
  return bytes.swap32();
}

/** In the kernel's order; rows that make no sense are passed over. */
export function parsePorts(tables: string): readonly ListeningPort[] {
  return tables.split('\n').flatMap((line) => {
    const [, address = '', port = '', state, uid, inode] = ROW.exec(line) ?? [];
    if (state !== LISTEN) return [];
    const family = address.length === 8 ? 4 : 6;
    return [
      {
        port: Number.parseInt(port, 16),
        address: formatAddress(family, toAddress(address)),
        family,
        uid: Number(uid),
        inode: Number(inode),
      } as const,
    ];
  });
}

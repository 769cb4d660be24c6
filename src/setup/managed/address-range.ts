/** Chooses the private address range of the managed daemon's networks: one that collides with no route of this host. */
import { readFile, writeFile } from 'node:fs/promises';
import { ThawError } from '../../errors.ts';

interface Range {
  /** The network's address as an unsigned number. */
  readonly base: number;
  readonly prefix: number;
}

/** 10.192.0.0/16 to 10.254.0.0/16: private, and seldom used by home routers, offices and other container tools. */
const firstBlock = 192;
const blocks = 63;

const maskOf = (prefix: number): number => (prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0);

const overlaps = (a: Range, b: Range): boolean => {
  const mask = maskOf(Math.min(a.prefix, b.prefix));
  return (a.base & mask) >>> 0 === (b.base & mask) >>> 0;
};

/** The IPv4 routes of /proc/net/route without the default ones. Its numbers are little-endian hexadecimal. */
export function parseRoutes(table: string): readonly Range[] {
  const number = (hex: string): number => Buffer.from(hex, 'hex').readUInt32LE(0);
  const ones = (mask: number): number => mask.toString(2).replaceAll('0', '').length;
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .flatMap(([, destination, , , , , , mask]) =>
      destination === undefined || mask === undefined || !/^[0-9A-F]{8}$/i.test(destination)
        ? []
        : [{ base: number(destination), prefix: ones(number(mask)) }],
    )
    .filter(({ prefix }) => prefix > 0);
}

/** The first free /16 from `start` on, or null when all are taken. */
export function chooseRange(routes: readonly Range[], start: number): string | null {
  for (let step = 0; step < blocks; step += 1) {
    const block = firstBlock + ((start + step) % blocks);
    const range = { base: ((10 << 24) | (block << 16)) >>> 0, prefix: 16 };
    if (!routes.some((route) => overlaps(route, range))) return `10.${block}.0.0/16`;
  }
  return null;
}

/**
 * The range that an earlier start chose, because networks of that time have addresses in it; else a free one,
 * which is then kept. Throws `setup_failed` when there is none.
 */
export async function keptRange(rangeFile: string, spread: number, routeTable: string): Promise<string> {
  const kept = await readFile(rangeFile, 'utf8').catch(() => '');
  if (/^10\.\d{1,3}\.0\.0\/16$/.test(kept.trim())) return kept.trim();
  const chosen = chooseRange(parseRoutes(routeTable), spread);
  if (chosen === null) {
    throw new ThawError(
      'setup_failed',
      'No private address range is free for the networks of a managed daemon.',
      {
        next: 'Start a Docker Engine with fitting address pools yourself and set THAW_DOCKER_HOST.',
      },
    );
  }
  await writeFile(rangeFile, `${chosen}\n`);
  return chosen;
}

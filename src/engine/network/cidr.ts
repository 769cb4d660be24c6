/** IP addresses and networks as numbers: parsed, compared and written out again. Pure. */
import { isIPv4, isIPv6 } from 'node:net';

export type Family = 4 | 6;

/** An address of one family; the value has 32 or 128 bits. */
export interface Address {
  readonly family: Family;
  readonly value: bigint;
}

/** Every address from `first` to `last`, both included. */
export interface Range {
  readonly family: Family;
  readonly first: bigint;
  readonly last: bigint;
}

export const bitsOf = (family: Family): number => (family === 4 ? 32 : 128);
/** The highest address of a family. */
export const lastOf = (family: Family): bigint => (1n << BigInt(bitsOf(family))) - 1n;

const parseFour = (text: string): bigint =>
  text.split('.').reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);

const groupsOf = (text: string): string[] => (text === '' ? [] : text.split(':'));

function parseSix(text: string): bigint {
  // The last 32 bits may be written as an IPv4 address.
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const four = dotted === null ? 0n : parseFour(dotted[2] ?? '');
  const hex =
    dotted === null ? text : `${dotted[1]}${(four >> 16n).toString(16)}:${(four & 0xffffn).toString(16)}`;
  const [head = '', tail] = hex.split('::');
  const left = groupsOf(head);
  const right = tail === undefined ? [] : groupsOf(tail);
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

/** Null for what is no address. A zone (`%eth0`) is none: a policy is the same on every interface. */
export function parseAddress(text: string): Address | null {
  if (isIPv4(text)) return { family: 4, value: parseFour(text) };
  if (isIPv6(text) && !text.includes('%')) return { family: 6, value: parseSix(text) };
  return null;
}

/** The network that `address` is in. `prefix` is a whole number from 0 to the family's bits. */
export function networkRange({ family, value }: Address, prefix: number): Range {
  const host = (1n << BigInt(bitsOf(family) - prefix)) - 1n;
  return { family, first: value & ~host, last: value | host };
}

/** A network such as `10.0.0.0/8`, or an address for itself alone; null for anything else. */
export function parseRange(text: string): Range | null {
  const [host = '', length, ...rest] = text.split('/');
  const address = parseAddress(host);
  if (address === null || rest.length > 0) return null;
  if (length === undefined) return networkRange(address, bitsOf(address.family));
  if (!/^\d{1,3}$/.test(length) || Number(length) > bitsOf(address.family)) return null;
  return networkRange(address, Number(length));
}

/** For ranges that the code itself names. */
export function range(text: string): Range {
  const parsed = parseRange(text);
  if (parsed === null) throw new TypeError(`${text} is no network`);
  return parsed;
}

/** As programs of the kernel read it; IPv6 without abbreviation of zeros. */
export function formatAddress({ family, value }: Address): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => (value >> BigInt(112 - 16 * index)) & 0xffffn);
  return groups.map((group) => group.toString(16)).join(':');
}

export const formatRange = ({ family, first, last }: Range): string =>
  first === last
    ? formatAddress({ family, value: first })
    : `${formatAddress({ family, value: first })}-${formatAddress({ family, value: last })}`;

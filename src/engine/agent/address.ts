/** Internet addresses as text. */

/** The usual short form of the 4 or 16 bytes of an address in network order. */
export function formatAddress(family: 4 | 6, bytes: Buffer): string {
  if (family === 4) return [...bytes.subarray(0, 4)].join('.');
  const mapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes.readUInt16BE(10) === 0xffff;
  if (mapped) return `::ffff:${[...bytes.subarray(12, 16)].join('.')}`;
  const words = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16)).join(':');
  const zeros = words.match(/(?<![\da-f])0(?::0)+(?![\da-f])/g) ?? [];
  const longest = zeros.reduce((best, run) => (run.length > best.length ? run : best), '');
  if (longest === '') return words;
  const at = words.indexOf(longest);
  const [before, after] = [words.slice(0, at), words.slice(at + longest.length)];
  return `${before.replace(/:$/, '')}::${after.replace(/^:/, '')}`;
}

/** Builds streams block by block, so that a test can say anything in them. */

const BLOCK = 512;

export interface Header {
  readonly name: string;
  /** Default: a regular file. */
  readonly type?: string;
  readonly size?: number;
  readonly link?: string;
  readonly mode?: number;
  readonly device?: readonly [major: number, minor: number];
}

const octal = (value: number, width: number): string => value.toString(8).padStart(width - 1, '0');

export function header({
  name,
  type = '0',
  size = 0,
  link = '',
  mode = 0o644,
  device = [0, 0],
}: Header): Buffer {
  const block = Buffer.alloc(BLOCK);
  const put = (at: number, text: string): number => block.write(text, at, 'latin1');
  put(0, name);
  put(100, octal(mode, 8));
  put(108, octal(0, 8));
  put(116, octal(0, 8));
  put(124, octal(size, 12));
  put(136, octal(0, 12));
  put(148, ' '.repeat(8));
  put(156, type);
  put(157, link);
  put(257, 'ustar\u000000');
  put(329, octal(device[0], 8));
  put(337, octal(device[1], 8));
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${octal(sum, 7)}\0 `);
  return block;
}

const padded = (content: Buffer): Buffer =>
  Buffer.concat([content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]);

function record(key: string, value: string | Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')]);
  let length = body.length;
  while (String(length).length + body.length !== length) length = String(length).length + body.length;
  return Buffer.concat([Buffer.from(String(length)), body]);
}

export type Records = Readonly<Record<string, string | Buffer>>;

/** An extended header with these records; `type` g makes it a global one. */
export function records(values: Records, type = 'x'): Buffer {
  const content = Buffer.concat(Object.entries(values).map(([key, value]) => record(key, value)));
  return Buffer.concat([header({ name: 'PaxHeaders/thaw', type, size: content.length }), padded(content)]);
}

export const directory = (name: string): Buffer => header({ name, type: '5', mode: 0o755 });
export const file = (name: string, content: string): Buffer =>
  Buffer.concat([header({ name, size: content.length }), padded(Buffer.from(content))]);

/** The start of each stream: its version and the root's own entry. */
export const start = (): Buffer => Buffer.concat([records({ 'THAW.version': '1' }, 'g'), directory('./')]);
/** The end of a stream with these counts, the root's entry included. */
export const finish = (entries: number, bytes: number): Buffer =>
  Buffer.concat([
    records({ 'THAW.entries': String(entries), 'THAW.bytes': String(bytes) }, 'g'),
    Buffer.alloc(2 * BLOCK),
  ]);
/** A whole stream of `parts`, which hold one entry each. */
export const stream = (parts: readonly Buffer[], bytes = 0): Buffer =>
  Buffer.concat([start(), ...parts, finish(parts.length + 1, bytes)]);

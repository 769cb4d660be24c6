/** The one multipart body that the toolbox wants: a path and the bytes of a file, in this order. Pure but for its boundary. */
import { randomHex } from '../../ids.ts';

interface Frame {
  readonly type: string;
  readonly before: Buffer;
  readonly after: Buffer;
}

function frame(path: string): Frame {
  const boundary = `thaw-${randomHex(16)}`;
  const part = (name: string, more: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`;
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    before: Buffer.concat([
      Buffer.from(`${part('files[0].path', '')}${path}\r\n`),
      // The name is only for show: the path is a part of its own, which needs no quoting.
      Buffer.from(part('files[0].file', '; filename="file"\r\nContent-Type: application/octet-stream')),
    ]),
    after: Buffer.from(`\r\n--${boundary}--\r\n`),
  };
}

export function uploadBody(path: string, data: Buffer): { readonly type: string; readonly bytes: Buffer } {
  const { type, before, after } = frame(path);
  return { type, bytes: Buffer.concat([before, data, after]) };
}

/** The same for a content that comes in pieces. */
export function uploadParts(
  path: string,
  content: AsyncIterable<Uint8Array>,
): { readonly type: string; readonly chunks: AsyncIterable<Uint8Array> } {
  const { type, before, after } = frame(path);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield before;
    yield* content;
    yield after;
  }
  return { type, chunks: chunks() };
}

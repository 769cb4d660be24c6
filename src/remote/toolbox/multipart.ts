/** The one multipart body that the toolbox wants: a path and the bytes of a file, in this order. Pure but for its boundary. */
import { randomHex } from '../../ids.ts';

export function uploadBody(path: string, data: Buffer): { readonly type: string; readonly bytes: Buffer } {
  const boundary = `thaw-${randomHex(16)}`;
  const part = (name: string, more: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`;
  const bytes = Buffer.concat([
    Buffer.from(`${part('files[0].path', '')}${path}\r\n`),
    // The name is only for show: the path is a part of its own, which needs no quoting.
    Buffer.from(part('files[0].file', '; filename="file"\r\nContent-Type: application/octet-stream')),
    data,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  return { type: `multipart/form-data; boundary=${boundary}`, bytes };
}

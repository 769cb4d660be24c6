/** The content of files as tools carry it: text or base64, by lines, and the bytes of a write. Pure. */
import { isUtf8 } from 'node:buffer';
import { MAX_FILE_BYTES, type WriteFile } from '../../schemas/files.ts';
import { ThawError } from '../errors.ts';

export interface Decoded {
  readonly content: string;
  readonly encoding: 'utf8' | 'base64';
}

/** Text is valid UTF-8 without NUL; everything else travels as base64. */
export function decodeContent(data: Buffer): Decoded {
  if (isUtf8(data) && !data.includes(0)) return { content: data.toString('utf8'), encoding: 'utf8' };
  return { content: data.toString('base64'), encoding: 'base64' };
}

export interface LineSelection {
  readonly content: string;
  readonly totalLines: number;
  readonly truncated: boolean;
}

/** Lines from `offset` (the first is 1), at most `limit`, each with its line end. A last line without one counts. */
export function selectLines(text: string, offset: number, limit: number | undefined): LineSelection {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const totalLines = text === '' ? 0 : text.endsWith('\n') ? starts.length - 1 : starts.length;
  const last = limit === undefined ? totalLines : Math.min(totalLines, offset - 1 + limit);
  const from = starts[offset - 1] ?? text.length;
  const to = last >= totalLines ? text.length : (starts[last] ?? text.length);
  return {
    content: text.slice(from, Math.max(from, to)),
    totalLines,
    truncated: offset > 1 || last < totalLines,
  };
}

/** The decoded bytes of a write. Throws `invalid_argument` for bad base64 and `file_too_large`. */
export function bytesOfWrite({ content, encoding }: WriteFile): Buffer {
  if (encoding === 'base64' && !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(content)) {
    throw new ThawError('invalid_argument', 'content: is not base64.');
  }
  const data = Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8');
  if (data.length > MAX_FILE_BYTES) {
    throw new ThawError(
      'file_too_large',
      `content: ${data.length} bytes; at most ${MAX_FILE_BYTES} are written at once.`,
    );
  }
  return data;
}

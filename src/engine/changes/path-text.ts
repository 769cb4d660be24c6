/** Names as text: as they are, or quoted as git does (core.quotePath=false) when they would mislead or are no UTF-8. Pure. */
import { isUtf8 } from 'node:buffer';
import { hasUnseen } from '../../content/harmless-text.ts';

const short: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '"': '\\"',
  '\\': '\\\\',
};

/** `bytes` is latin1: a character a byte. */
export function pathText(bytes: string): string {
  const raw = Buffer.from(bytes, 'latin1');
  const text = raw.toString('utf8');
  const plain = isUtf8(raw) && !hasUnseen(text) && !/["\\\n\t]/.test(text);
  if (plain) return text;
  const quoted = bytes.replace(
    /["\\]|[^ -~]/g,
    (byte) => short[byte] ?? `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
  return `"${quoted}"`;
}

/** The file that a detached owner logs to: opening it, and finding in it why a start failed. */

import { closeSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { MAX_LOG_BYTES, setAsideLog } from '../../control/log-files.ts';

const MAX_TAIL_BYTES = 8 * 1024;

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

/** The open file, and where this owner's lines begin in it. The caller closes it. */
export function openOwnerLog(path: string): { readonly file: number; readonly start: number } {
  if (sizeOf(path) > MAX_LOG_BYTES) renameSync(path, setAsideLog(path));
  return { file: openSync(path, 'a', 0o600), start: sizeOf(path) };
}

function readTail(path: string, start: number): string {
  const size = sizeOf(path);
  const from = Math.max(start, size - MAX_TAIL_BYTES);
  const buffer = Buffer.alloc(Math.max(0, size - from));
  const file = openSync(path, 'r');
  try {
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, buffer.length, from));
  } finally {
    closeSync(file);
  }
}

/** The message of a line: `msg` of a JSON line, any other line as it is. */
function messageOf(line: string): string {
  try {
    const value: unknown = JSON.parse(line);
    const message: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'msg') : null;
    return typeof message === 'string' ? message : line;
  } catch {
    return line;
  }
}

/** The last thing that an owner said since `start`, or null when it said nothing. */
export function lastWords(path: string, start: number): string | null {
  const lines = readTail(path, start)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  // What the command line itself says is plainer than the log around it.
  const plain = lines.findLast((line) => line.startsWith('thaw'));
  const last = plain ?? lines.at(-1);
  return last === undefined ? null : messageOf(last).slice(0, 500);
}

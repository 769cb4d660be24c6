/** The file of the state directory that API keys are kept in: only its user may read it, and it is replaced whole. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { ThawError } from '../errors.ts';
import { randomHex } from '../ids.ts';
import { KeyRecord } from './key-record.ts';

const KeyFile = z.object({ version: z.literal(1), keys: z.array(KeyRecord) });

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** Null when there is no file yet. Throws `setup_failed` when it is there and cannot be used: keys are never guessed. */
export function loadKeys(path: string): KeyRecord[] | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw new ThawError('setup_failed', 'The file of the API keys cannot be read.', { cause: error });
  }
  try {
    return KeyFile.parse(JSON.parse(text)).keys;
  } catch (error) {
    throw new ThawError('setup_failed', 'The file of the API keys is damaged.', {
      next: 'Restore keys.json in the state directory, or move it away and make new keys with `thaw key create`.',
      cause: error,
    });
  }
}

/** Replaces `path` as a whole with mode 0600; a crash leaves the old file or the new one. Throws the errno. */
export function replaceFile(path: string, text: string): void {
  const temporary = `${path}.${randomHex(4)}`;
  const file = openSync(temporary, 'wx', 0o600);
  try {
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

export const saveKeys = (path: string, keys: readonly KeyRecord[]): void =>
  replaceFile(path, `${JSON.stringify({ version: 1, keys })}\n`);

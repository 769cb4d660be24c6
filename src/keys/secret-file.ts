/** Secrets of an owner that nobody else needs: made once, then the same for as long as the state directory lives. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomHex } from '../ids.ts';
import type { Logger } from '../log.ts';
import { replaceFile } from './key-file.ts';

const BYTES = 32;

/** Null for what is not there, cannot be read, or is damaged. */
function read(path: string): string | null {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return /^[0-9a-f]+$/.test(text) && text.length === BYTES * 2 ? text : null;
  } catch {
    return null;
  }
}

/** Reads the secret of that file name, or makes it. One that cannot be kept lasts as long as this process, and the log says so. */
export function ensureSecret(stateDir: string, name: string, log: Logger): string {
  const path = join(stateDir, name);
  const known = read(path);
  if (known !== null) return known;
  const secret = randomHex(BYTES);
  try {
    replaceFile(path, `${secret}\n`);
  } catch (error) {
    log.warn({ err: error, path }, 'a secret cannot be kept; another one is made at the next start');
  }
  return secret;
}

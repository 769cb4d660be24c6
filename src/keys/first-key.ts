/** The key that an owner makes at its first start, so that its user has one without asking. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyBook } from './key-book.ts';
import { replaceFile } from './key-file.ts';

const firstKeyFile = (stateDir: string): string => join(stateDir, 'api-key');

/** Makes the key `default` where no key was ever made, and writes it to a file that only the user can read. */
export function ensureFirstKey(stateDir: string, book: KeyBook): void {
  if (!book.isNew) return;
  replaceFile(firstKeyFile(stateDir), `${book.create({ name: 'default' }).value}\n`);
}

/** Where the first key is, or null when its user has removed it. */
export function findFirstKey(stateDir: string): string | null {
  const path = firstKeyFile(stateDir);
  return existsSync(path) ? path : null;
}

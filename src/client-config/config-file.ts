/**
 * Reads and replaces a client's configuration file: a link stays a link, its mode and owner stay, the file is never half
 * written, and a change that somebody else made meanwhile is never lost.
 */
import { constants } from 'node:fs';
import { access, copyFile, lstat, mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Clock, toTimestamp } from '../clock.ts';
import { randomHex } from '../ids.ts';

/** A configuration that cannot be edited; the message says why and what to do. */
export class ClientConfigError extends Error {
  override readonly name = 'ClientConfigError';
}

export interface ConfigFile {
  /** As it was named. */
  readonly path: string;
  /** Where links lead to: the file that is replaced. */
  readonly target: string;
  /** Null when there is no such file yet. */
  readonly text: string | null;
}

const MAX_BYTES = 32 * 1024 * 1024;
const PRIVATE = 0o600;
const ANY_WRITE = 0o222;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

/** Where the path leads to, also when there is no file yet. Throws ClientConfigError for a link that leads nowhere. */
async function resolveTarget(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw refuse(path, 'cannot be read', error);
  }
  const isLink = await lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
  if (isLink) {
    throw new ClientConfigError(
      `${path} is a link to a file that is not there. Make that file, or remove the link.`,
    );
  }
  return path;
}

const refuse = (path: string, what: string, error: unknown): ClientConfigError =>
  new ClientConfigError(`${path} ${what} (${codeOf(error)}). Nothing was changed; look at its permissions.`);

/** Throws ClientConfigError when it is there and cannot be read as text. */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  const target = await resolveTarget(path);
  try {
    const found = await stat(target);
    if (!found.isFile()) throw new ClientConfigError(`${path} is not a file. Nothing was changed.`);
    if (found.size > MAX_BYTES) {
      throw new ClientConfigError(`${path} is larger than ${MAX_BYTES} bytes. Nothing was changed.`);
    }
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(target));
    return { path, target, text };
  } catch (error) {
    if (error instanceof ClientConfigError) throw error;
    if (codeOf(error) === 'ENOENT') return { path, target, text: null };
    if (error instanceof TypeError) {
      throw new ClientConfigError(`${path} is not UTF-8. Nothing was changed; save it as UTF-8 first.`);
    }
    throw refuse(path, 'cannot be read', error);
  }
}

/** Throws ClientConfigError for a file that its owner made read-only, which a rename would not mind. */
async function checkWritable({ path, target }: ConfigFile): Promise<void> {
  const { mode } = await stat(target);
  const allowed = await access(target, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!allowed || (mode & ANY_WRITE) === 0) {
    throw new ClientConfigError(`${path} is read-only. Nothing was changed; make it writable and try again.`);
  }
}

async function writeWhole(file: ConfigFile, temporary: string, text: string): Promise<void> {
  const old = file.text === null ? null : await stat(file.target);
  const handle = await open(temporary, 'wx', PRIVATE);
  try {
    await handle.writeFile(text);
    if (old !== null) {
      // Of another user only when root does it; a file system without owners refuses, and has none to keep.
      await handle.chown(old.uid, old.gid).catch(() => undefined);
      await handle.chmod(old.mode & 0o7777);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** `2026-05-01T10:00:00.000Z` as a name may hold it everywhere. */
const stampOf = (clock: Clock): string => toTimestamp(clock.now()).replaceAll(/[-:]/g, '').replace('.', '');

/**
 * Puts `text` in the place of what was read and answers where the old text is kept, null when there was none.
 * Throws ClientConfigError, and then nothing was changed.
 */
export async function replaceConfigFile(
  file: ConfigFile,
  text: string,
  clock: Clock,
): Promise<string | null> {
  const { path, target } = file;
  const directory = dirname(target);
  const temporary = join(directory, `.${basename(target)}.${randomHex(6)}.tmp`);
  try {
    if (file.text === null) await mkdir(directory, { recursive: true });
    else await checkWritable(file);
    const backup = file.text === null ? null : `${target}.thaw-${stampOf(clock)}.bak`;
    await writeWhole(file, temporary, text);
    if ((await readConfigFile(path)).text !== file.text) {
      throw new ClientConfigError(
        `${path} was changed by another program meanwhile. Nothing was changed; try again.`,
      );
    }
    if (backup !== null) await copyFile(target, backup, constants.COPYFILE_EXCL);
    await rename(temporary, target);
    return backup;
  } catch (error) {
    if (error instanceof ClientConfigError) throw error;
    throw refuse(path, 'cannot be written', error);
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

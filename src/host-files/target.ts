/** Files of this machine to be made: written beside their place without following links, and put there whole. */
import { constants } from 'node:fs';
import { link, lstat, mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { HostTarget } from '../../tools/host-access.ts';
import { ThawError } from '../errors.ts';
import { randomHex } from '../ids.ts';
import { type Allowlist, codeOf, refused } from './allowlist.ts';

const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** Paths of a sandbox's listing are made by whoever is in it. */
function checkRelative(path: string): void {
  const parts = path.split('/');
  if (
    path !== '' &&
    parts.some((part) => part === '' || part === '.' || part === '..' || /[\0\\]/.test(part))
  ) {
    throw new ThawError(
      'invalid_argument',
      `The sandbox names a file that cannot be kept here: ${path.slice(0, 200)}.`,
    );
  }
}

const alreadyThere = (shown: string): ThawError =>
  new ThawError('file_exists', `${shown} is there already.`, {
    next: 'Choose another hostPath, or set overwrite to replace it.',
  });

function translate(error: unknown, shown: string): unknown {
  if (error instanceof ThawError) return error;
  const code = codeOf(error);
  if (code === 'EEXIST') return alreadyThere(shown);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new ThawError('disk_full', `${shown}: the disk of this machine is full.`);
  if (code === 'EISDIR' || code === 'ENOTDIR') return new ThawError('is_a_directory', `${shown} is no file.`);
  return new ThawError('permission_denied', `${shown} cannot be written.`, { cause: error });
}

async function write(place: string, content: AsyncIterable<Uint8Array>, mode: number): Promise<number> {
  const handle = await open(place, FLAGS, mode & 0o777);
  let bytes = 0;
  try {
    for await (const chunk of content) {
      await handle.writeFile(chunk);
      bytes += chunk.length;
    }
  } finally {
    await handle.close();
  }
  return bytes;
}

/** Each directory on the way is resolved and judged again right before it is used. */
async function put(
  allowed: Allowlist,
  {
    place,
    shown,
    overwrite,
  }: { readonly place: string; readonly shown: string; readonly overwrite: boolean },
  content: AsyncIterable<Uint8Array>,
  mode: number,
): Promise<number> {
  const wanted = await allowed.future(place);
  await mkdir(dirname(wanted), { recursive: true });
  const directory = await realpath(dirname(wanted));
  if (directory !== dirname(wanted)) throw refused(shown);
  await allowed.check(directory, shown);
  const final = join(directory, basename(wanted));
  if (!overwrite && (await lstat(final).catch(() => null)) !== null) throw alreadyThere(shown);
  const temporary = join(directory, `.thaw-${randomHex(8)}`);
  try {
    const bytes = await write(temporary, content, mode);
    // A link in the way is replaced or refused, and never followed.
    if (overwrite) await rename(temporary, final);
    else await link(temporary, final);
    return bytes;
  } finally {
    await rm(temporary, { force: true });
  }
}

export async function openTarget(
  allowed: Allowlist,
  path: string,
  { overwrite }: { readonly overwrite: boolean },
): Promise<HostTarget> {
  const place = await allowed.future(path);
  return {
    async write(relative, content, mode) {
      checkRelative(relative);
      const shown = relative === '' ? path : `${path}/${relative}`;
      try {
        return await put(allowed, { place: join(place, relative), shown, overwrite }, content, mode);
      } catch (error) {
        throw translate(error, shown);
      }
    },
  };
}

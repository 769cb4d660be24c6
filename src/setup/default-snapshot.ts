/** Makes sure that the daemon has the image of the default snapshot: found, made from a public image, imported from the cache, or built from packages. */
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DockerEndpoint } from '../engine/docker/endpoint.ts';
import type { DockerPort } from '../engine/docker/port.ts';
import { ThawError, toThawError } from '../errors.ts';
import { withFileLock } from './file-lock.ts';
import type { Host } from './host.ts';
import { readDistribution } from './install/distribution.ts';
import { bootstrapNeed, installMissing } from './install/packages.ts';
import type { Progress } from './progress.ts';
import { buildFromPublicImage } from './snapshot/public-image.ts';
import { imageChanges, recipeHash, recipeImage, type SnapshotRecipe } from './snapshot/recipe.ts';
import { buildRootFileSystem } from './snapshot/root-file-system.ts';
import { isIntact, writeTarball } from './snapshot/tarball.ts';

const snapshotName = 'default';
const publicBase = 'debian:bookworm-slim';
/** A registry that says nothing for so long is taken as out of reach. */
const registrySilenceMs = 15_000;
const tarTimeoutMs = 300_000;
const buildLockMs = 1_800_000;

export interface DefaultSnapshot {
  readonly name: string;
  /** Its image in the daemon. */
  readonly image: string;
  readonly origin: 'present' | 'pulled' | 'public-image' | 'cache' | 'packages';
}

export interface SnapshotOptions {
  readonly host: Host;
  readonly docker: DockerPort;
  readonly endpoint: DockerEndpoint;
  readonly cacheDir: string;
  readonly recipe: SnapshotRecipe;
  /** An image to use in place of the recipe's; it is pulled when the daemon lacks it. */
  readonly image?: string | undefined;
  /** Whether packages may be installed on this machine for it. */
  readonly install: boolean;
  /** Ends a pull or a build that is under way. */
  readonly signal?: AbortSignal | undefined;
}

/** Pulls an image, giving up when the registry is silent for too long. */
async function pull({ docker, signal }: SnapshotOptions, image: string, progress: Progress): Promise<void> {
  const silence = new AbortController();
  const giveUp = (): void => silence.abort(new Error('the registry does not answer'));
  let timer = setTimeout(giveUp, registrySilenceMs);
  try {
    await progress.step(`Pulling ${image}`, (detail) =>
      docker.pullImage(
        image,
        (message) => {
          clearTimeout(timer);
          timer = setTimeout(giveUp, registrySilenceMs);
          detail(message);
        },
        signal === undefined ? silence.signal : AbortSignal.any([silence.signal, signal]),
      ),
    );
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the image could be made from a public one. Why not is noted, because the next way takes longer. */
async function madeFromPublicImage(
  options: SnapshotOptions,
  image: string,
  progress: Progress,
): Promise<boolean> {
  const { docker, endpoint, recipe } = options;
  try {
    if ((await docker.inspectImage(publicBase)) === null) await pull(options, publicBase, progress);
    await progress.step('Building the default snapshot from a public image', (onLine) =>
      buildFromPublicImage({ endpoint, recipe, base: publicBase, image, onLine }),
    );
    return true;
  } catch (error) {
    options.signal?.throwIfAborted();
    progress.note(`No public image can be used: ${toThawError(error).message}`);
    return false;
  }
}

/** Trees of builds that were killed. The caller holds the lock of this recipe, so nobody uses them. */
async function removeLeftOvers(cacheDir: string, prefix: string): Promise<void> {
  const names = (await readdir(cacheDir)).filter((name) => name.startsWith(prefix));
  await Promise.all(names.map((name) => rm(join(cacheDir, name), { recursive: true, force: true })));
}

/** The cached root file system, built first when there is none. Answers whether it had to be built. */
async function ensureTarball(
  options: SnapshotOptions,
  tarball: string,
  progress: Progress,
): Promise<boolean> {
  const { host, cacheDir, recipe } = options;
  if (await isIntact(tarball)) return false;
  const { name, debianFamily } = await readDistribution(host);
  if (host.platform !== 'linux' || !host.isRoot || !debianFamily) {
    throw new ThawError('setup_failed', 'The default snapshot can be neither pulled nor built here.', {
      next: `Set THAW_DEFAULT_IMAGE to an image that the Docker Engine has, or make a registry reachable for it. Building from packages needs root on Debian or Ubuntu${name === '' ? '' : `; this is ${name}`}.`,
    });
  }
  await installMissing(host, [bootstrapNeed], progress, options.install);
  const prefix = `build-${recipeHash(recipe)}-`;
  await removeLeftOvers(cacheDir, prefix);
  const workDir = await mkdtemp(join(cacheDir, prefix));
  try {
    const root = join(workDir, 'root');
    const signal = options.signal ?? new AbortController().signal;
    await buildRootFileSystem(host, recipe, root, progress, signal);
    await progress.step('Packing the root file system', () =>
      writeTarball(root, tarball, AbortSignal.any([signal, AbortSignal.timeout(tarTimeoutMs)])),
    );
    return true;
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

/** Refuses to import a root file system for this machine into a daemon of another architecture. */
async function requireSameArchitecture(docker: DockerPort): Promise<void> {
  const { arch } = await docker.version();
  const own = process.arch === 'x64' ? 'amd64' : process.arch;
  if (arch === own) return;
  throw new ThawError(
    'setup_failed',
    `The Docker Engine is for ${arch} and this machine is ${own}, so no snapshot can be built here.`,
    {
      next: 'Set THAW_DEFAULT_IMAGE to an image that the Docker Engine has or can pull.',
    },
  );
}

async function fromImage(
  options: SnapshotOptions,
  image: string,
  progress: Progress,
): Promise<DefaultSnapshot> {
  if ((await options.docker.inspectImage(image)) !== null)
    return { name: snapshotName, image, origin: 'present' };
  await pull(options, image, progress);
  return { name: snapshotName, image, origin: 'pulled' };
}

/** Throws `setup_failed` when no way leads to an image, with what a person can do. */
export async function ensureDefaultSnapshot(
  options: SnapshotOptions,
  progress: Progress,
): Promise<DefaultSnapshot> {
  const { docker, recipe, cacheDir } = options;
  if (options.image !== undefined) return await fromImage(options, options.image, progress);
  const image = recipeImage(recipe);
  const present: DefaultSnapshot = { name: snapshotName, image, origin: 'present' };
  if ((await docker.inspectImage(image)) !== null) return present;

  const tarball = join(cacheDir, `${recipeHash(recipe)}-${process.arch}.tar.gz`);
  const work = async (): Promise<DefaultSnapshot> => {
    // Another process may have been at it while this one waited.
    if ((await docker.inspectImage(image)) !== null) return present;
    const cached = await isIntact(tarball);
    if (!cached && (await madeFromPublicImage(options, image, progress))) {
      return { ...present, origin: 'public-image' };
    }
    await requireSameArchitecture(docker);
    const built = await ensureTarball(options, tarball, progress);
    await progress.step('Importing the default snapshot into the Docker Engine', () =>
      docker.importImage(createReadStream(tarball), image, imageChanges(recipe), options.signal),
    );
    return { ...present, origin: built ? 'packages' : 'cache' };
  };
  return await withFileLock(`${tarball}.lock`, buildLockMs, work, { signal: options.signal });
}

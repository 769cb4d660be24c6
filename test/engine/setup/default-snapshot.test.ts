/** The default snapshot on the real daemon: imported from the cache, built from a public image, and usable. */
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { createDockerClient } from '../../../src/engine/docker/client.ts';
import { ensureDefaultSnapshot, type SnapshotOptions } from '../../../src/setup/default-snapshot.ts';
import { findProgram } from '../../../src/setup/find-program.ts';
import { describeHost } from '../../../src/setup/host.ts';
import { prepare } from '../../../src/setup/prepare.ts';
import { lineProgress, silentProgress } from '../../../src/setup/progress.ts';
import { buildFromPublicImage } from '../../../src/setup/snapshot/public-image.ts';
import { minimalRecipe, recipeHash, recipeImage } from '../../../src/setup/snapshot/recipe.ts';
import { buildRootFileSystem } from '../../../src/setup/snapshot/root-file-system.ts';
import { writeTarball } from '../../../src/setup/snapshot/tarball.ts';
import { processesNaming } from './managed-fixture.ts';

const endpoint = inject('endpoint');
const snapshot = inject('snapshot');
const docker = createDockerClient(endpoint);
const host = describeHost(process, process.env, homedir());
const cacheDir = await mkdtemp(join(tmpdir(), 'thaw-cache-'));

/** A recipe that no other test and no user has. */
const recipe = { ...minimalRecipe, packages: ['less'], env: { ...minimalRecipe.env, MARK: cacheDir } };
const image = recipeImage(recipe);
const builtImage = `${image}-built`;

afterAll(async () => {
  await docker.removeImage(image);
  await docker.removeImage(builtImage);
  await rm(cacheDir, { recursive: true, force: true });
});

/** The image is imported and inspected, never run: what it holds does not matter. */
const someTree = fileURLToPath(new URL('.', import.meta.url));

const options: SnapshotOptions = { host, docker, endpoint, cacheDir, recipe, install: false };

describe('the default snapshot', () => {
  test('is imported from the cache once and found afterwards, whoever asks at the same time', async () => {
    const tarball = join(cacheDir, `${recipeHash(recipe)}-${process.arch}.tar.gz`);
    await writeTarball(someTree, tarball, AbortSignal.timeout(10_000));
    const origins = await Promise.all(
      [1, 2, 3].map(async () => (await ensureDefaultSnapshot(options, silentProgress)).origin),
    );
    expect(origins.sort((a, b) => (a < b ? -1 : 1))).toEqual(['cache', 'present', 'present']);
    expect(await docker.inspectImage(image)).toMatchObject({
      env: expect.arrayContaining([`MARK=${cacheDir}`, 'LANG=C.UTF-8']),
      workingDir: '/home/daytona',
      user: '',
    });
  });

  test('can be built by the daemon from an image that it has', async () => {
    const lines: string[] = [];
    await buildFromPublicImage({
      endpoint,
      recipe,
      base: snapshot.image,
      image: builtImage,
      onLine: (line) => lines.push(line),
      network: 'host',
    });
    expect(lines.some((line) => line.includes('less'))).toBe(true);
    expect(await docker.inspectImage(builtImage)).toMatchObject({ workingDir: '/home/daytona' });
  });

  test('a build that fails says what the daemon said', async () => {
    const base = 'thaw/no-such-image:1';
    const build = buildFromPublicImage({ endpoint, recipe, base, image: builtImage, onLine: () => {} });
    await expect(build).rejects.toMatchObject({ code: 'engine_error' });
  });

  test('an image that is named is used as it is, and one that nobody has is an error', async () => {
    const named = await ensureDefaultSnapshot({ ...options, image: snapshot.image }, silentProgress);
    expect(named).toEqual({ name: 'default', image: snapshot.image, origin: 'present' });
    const missing = ensureDefaultSnapshot({ ...options, image: 'localhost:1/none:1' }, silentProgress);
    await expect(missing).rejects.toMatchObject({ name: 'ThawError' });
  });
});

test.skipIf((await findProgram(host, 'debootstrap')) === null || !host.isRoot)(
  'a build that is interrupted ends at once, with all that it started',
  async () => {
    const interruption = new AbortController();
    const root = join(cacheDir, 'interrupted');
    const progress = lineProgress(() => {});
    const build = buildRootFileSystem(
      host,
      recipe,
      root,
      { ...progress, step: (_title, work) => work(() => interruption.abort()) },
      interruption.signal,
    );
    await expect(build).rejects.toMatchObject({ code: 'cancelled' });
    await expect.poll(() => processesNaming(root)).toEqual([]);
  },
);

test('a second preparation only asks: it takes less than two seconds', async () => {
  const startedAt = performance.now();
  const dockerHost = endpoint.kind === 'socket' ? `unix://${endpoint.path}` : undefined;
  const prepared = await prepare({ host, dockerHost, image: snapshot.image, install: false }, silentProgress);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(prepared).toMatchObject({ endpoint, started: false, agentBinary: inject('agentBinary') });
});

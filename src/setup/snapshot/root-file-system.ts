/** Builds a snapshot's root file system in a directory from the packages of this host's distribution. */
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { ThawError } from '../../errors.ts';
import { runCommand } from '../command.ts';
import { commandEnvironment } from '../find-program.ts';
import type { Host } from '../host.ts';
import { readDistribution } from '../install/distribution.ts';
import type { Progress } from '../progress.ts';
import { readAptSettings } from './apt-settings.ts';
import { distributionSources, formatSources, readAptSources, withoutCredentials } from './apt-sources.ts';
import { dpkgSettings, finishScript, type SnapshotRecipe } from './recipe.ts';

const bootstrapTimeoutMs = 900_000;
const installTimeoutMs = 900_000;
const finishTimeoutMs = 120_000;

/** Mirrors that only https reaches need certificates before apt can fetch any. */
const firstPackages = 'ca-certificates';

/**
 * Fills `root`, a directory that does not exist yet. Needs root, debootstrap and the network.
 * Throws `setup_failed` with the end of what the failing program said.
 */
export async function buildRootFileSystem(
  host: Host,
  recipe: SnapshotRecipe,
  root: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const { codename, name } = await readDistribution(host);
  const sources = distributionSources(await readAptSources(host.fileSystemRoot), codename);
  const mirror = sources.find(({ suites }) => suites.includes(codename))?.uris[0];
  if (mirror === undefined) {
    throw new ThawError('setup_failed', `The apt sources of this machine name no mirror of ${name}.`, {
      next: 'Set THAW_DEFAULT_IMAGE to an image that the Docker Engine has or can pull.',
    });
  }
  const settings = await readAptSettings(host);
  const env = {
    ...commandEnvironment(host),
    ...settings.buildEnv,
    DEBIAN_FRONTEND: 'noninteractive',
    LC_ALL: 'C.UTF-8',
  };

  await mkdir(root, { recursive: true, mode: 0o755 });
  await progress.step(`Fetching and unpacking the base system (${codename})`, (onLine) =>
    runCommand(['debootstrap', '--variant=minbase', `--include=${firstPackages}`, codename, root, mirror], {
      timeoutMs: bootstrapTimeoutMs,
      env,
      onLine,
      signal,
    }),
  );

  const aptConf = `${root}/etc/apt/apt.conf.d/90host`;
  const sourcesFile = `${root}/etc/apt/sources.list.d/distribution.sources`;
  const policy = `${root}/usr/sbin/policy-rc.d`;
  await rm(`${root}/etc/apt/sources.list`, { force: true });
  await mkdir(`${root}/etc/apt/sources.list.d`, { recursive: true });
  await writeFile(sourcesFile, formatSources(sources));
  await writeFile(aptConf, settings.forBuild);
  await writeFile(`${root}/etc/dpkg/dpkg.cfg.d/sandbox`, dpkgSettings);
  await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  await copyFile('/etc/resolv.conf', `${root}/etc/resolv.conf`).catch(() => undefined);

  const inside = (...argv: string[]): readonly [string, ...string[]] => ['chroot', root, ...argv];
  await progress.step(`Installing ${recipe.packages.length} packages and what they need`, async (onLine) => {
    const options = { timeoutMs: installTimeoutMs, env, onLine, signal };
    await runCommand(inside('apt-get', 'update'), options);
    await runCommand(
      inside('apt-get', 'install', '-y', '--no-install-recommends', ...recipe.packages),
      options,
    );
  });
  await progress.step('Finishing the root file system', (onLine) =>
    runCommand(inside('/bin/sh', '-c', finishScript(recipe)), {
      timeoutMs: finishTimeoutMs,
      env,
      onLine,
      signal,
    }),
  );

  // What tells of this host, or would stop services that a user of the sandbox installs from starting.
  const scrubbed = sources.map((source) => ({ ...source, uris: source.uris.map(withoutCredentials) }));
  await writeFile(sourcesFile, formatSources(scrubbed));
  await writeFile(aptConf, settings.forSnapshot);
  await Promise.all(
    [policy, `${root}/etc/resolv.conf`, `${root}/etc/hostname`].map((path) => rm(path, { force: true })),
  );
}

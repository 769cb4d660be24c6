/** A Debian 13 root file system with its Docker Engine, made once and kept in the cache directory. */
import { copyFile, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ThawError } from '../../src/errors.ts';
import { runCommand } from '../../src/setup/command.ts';
import { withFileLock } from '../../src/setup/file-lock.ts';
import { commandEnvironment } from '../../src/setup/find-program.ts';
import { defaultCacheDir, type Host, shortHash } from '../../src/setup/host.ts';
import { type Distribution, readDistribution } from '../../src/setup/install/distribution.ts';
import { bootstrapNeed, installMissing, type Need } from '../../src/setup/install/packages.ts';
import type { Progress } from '../../src/setup/progress.ts';
import { readAptSettings } from '../../src/setup/snapshot/apt-settings.ts';
import { distributionSources, readAptSources } from '../../src/setup/snapshot/apt-sources.ts';

const suite = 'trixie';
const firstPackages = ['ca-certificates'];
const packages = ['docker.io', 'containerd', 'runc', 'iptables'];
const stepTimeoutMs = 900_000;
const lockWaitMs = 1_800_000;

/** What this machine needs for the tree and for a daemon in it, beside the kernel and root. */
const needs: readonly Need[] = [
  bootstrapNeed,
  { purpose: 'to enter a mount namespace', programs: ['unshare', 'nsenter'], packages: ['util-linux'] },
  { purpose: 'to test the managed daemon', programs: ['iptables'], packages: ['iptables'] },
];

async function requireDebianRoot(host: Host): Promise<Distribution> {
  const distribution = await readDistribution(host);
  if (host.platform === 'linux' && host.isRoot && distribution.debianFamily) return distribution;
  const here = host.platform === 'linux' ? distribution.name || 'an unknown distribution' : host.platform;
  throw new ThawError(
    'setup_failed',
    `Docker 26 is tested in a Debian tree of its own, which needs root on Debian or Ubuntu; this is ${host.isRoot ? 'root' : 'no root'} on ${here}.`,
    { next: 'Run it as root there, or set THAW_DOCKER_HOST to a Docker 26 and run npm test.' },
  );
}

/** This machine's own mirror when it runs Debian; debootstrap knows one otherwise. */
async function mirrorOf(host: Host, { id, codename }: Distribution): Promise<readonly string[]> {
  if (id !== 'debian') return [];
  const sources = distributionSources(await readAptSources(host.fileSystemRoot), codename);
  return sources.find(({ suites }) => suites.includes(codename))?.uris.slice(0, 1) ?? [];
}

async function build(
  host: Host,
  distribution: Distribution,
  root: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const settings = await readAptSettings(host);
  const env = {
    ...commandEnvironment(host),
    ...settings.buildEnv,
    DEBIAN_FRONTEND: 'noninteractive',
    LC_ALL: 'C.UTF-8',
  };
  const mirror = await mirrorOf(host, distribution);
  await progress.step(`Fetching and unpacking the base system (${suite})`, (onLine) =>
    runCommand(
      [
        'debootstrap',
        '--variant=minbase',
        '--force-check-gpg',
        `--include=${firstPackages.join(',')}`,
        suite,
        root,
        ...mirror,
      ],
      { timeoutMs: stepTimeoutMs, env, onLine, signal },
    ),
  );
  await writeFile(join(root, 'etc/apt/apt.conf.d/90host'), settings.forBuild);
  await writeFile(join(root, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  await copyFile('/etc/resolv.conf', join(root, 'etc/resolv.conf')).catch(() => undefined);
  await progress.step(`Installing ${packages.join(', ')}`, async (onLine) => {
    const options = { timeoutMs: stepTimeoutMs, env, onLine, signal };
    await runCommand(['chroot', root, 'apt-get', 'update'], options);
    await runCommand(
      ['chroot', root, 'apt-get', 'install', '-y', '--no-install-recommends', ...packages],
      options,
    );
    await runCommand(['chroot', root, 'apt-get', 'clean'], options);
  });
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/**
 * The tree's path. Removing that directory makes the next run build it anew. Throws `setup_failed` where it cannot be
 * built, with what a person can do, and `cancelled`.
 */
export async function ensureTree(host: Host, progress: Progress, signal: AbortSignal): Promise<string> {
  const distribution = await requireDebianRoot(host);
  await installMissing(host, needs, progress, true);
  const recipe = shortHash(JSON.stringify([suite, firstPackages, packages]));
  const tree = join(defaultCacheDir(host), 'docker26', `${recipe}-${process.arch}`);
  const directory = dirname(tree);
  return await withFileLock(`${tree}.lock`, lockWaitMs, async () => {
    if (await exists(tree)) return tree;
    const prefix = `build-${recipe}-`;
    // Of builds that were killed: nobody else works under this lock.
    const left = (await readdir(directory)).filter((name) => name.startsWith(prefix));
    await Promise.all(left.map((name) => rm(join(directory, name), { recursive: true, force: true })));
    const workDir = await mkdtemp(join(directory, prefix));
    try {
      await build(host, distribution, join(workDir, 'root'), progress, signal);
      await rename(join(workDir, 'root'), tree);
    } finally {
      await rm(workDir, { recursive: true, force: true });
    }
    return tree;
  });
}

/** Installs what a machine lacks from its own distribution, saying so first; where it cannot, says what a person has to do. */
import { ThawError } from '../../errors.ts';
import { runCommand } from '../command.ts';
import { commandEnvironment, findProgram } from '../find-program.ts';
import type { Host } from '../host.ts';
import type { Progress } from '../progress.ts';
import { readDistribution } from './distribution.ts';
import { withoutServiceStarts } from './service-policy.ts';

const updateTimeoutMs = 180_000;
const installTimeoutMs = 900_000;

export interface Need {
  /** What it is for, to be shown: “to run sandboxes”. */
  readonly purpose: string;
  /** It counts as present when all of these programs are found. */
  readonly programs: readonly string[];
  readonly packages: readonly string[];
}

export const engineNeed: Need = {
  purpose: 'to run a Docker Engine',
  programs: ['dockerd', 'containerd', 'runc', 'iptables'],
  packages: ['docker.io', 'containerd', 'runc', 'iptables'],
};
export const compilerNeed: Need = {
  purpose: 'to build the guest agent',
  programs: ['cc'],
  packages: ['gcc', 'libc6-dev'],
};
export const bootstrapNeed: Need = {
  purpose: 'to build the default snapshot',
  programs: ['debootstrap'],
  packages: ['debootstrap'],
};

/** The needs of which a program is missing. */
export async function missingNeeds(host: Host, needs: readonly Need[]): Promise<readonly Need[]> {
  const present = await Promise.all(
    needs.map(async ({ programs }) => {
      const paths = await Promise.all(programs.map((name) => findProgram(host, name)));
      return paths.every((path) => path !== null);
    }),
  );
  return needs.filter((_, index) => present[index] === false);
}

const quietInstall = ['-y', '--no-install-recommends', '-o', 'Dpkg::Options::=--force-confold'] as const;

/**
 * Installs what is missing of `needs`, if that is allowed. Throws `setup_failed` with the commands for a person where this is not
 * Debian or Ubuntu, or where this process is not root, or may not install anything.
 */
export async function installMissing(
  host: Host,
  needs: readonly Need[],
  progress: Progress,
  allowed: boolean,
): Promise<void> {
  const missing = await missingNeeds(host, needs);
  if (missing.length === 0) return;
  const packages = missing.flatMap((need) => need.packages);
  const purposes = missing.map(({ purpose }) => purpose).join(' and ');
  const distribution = await readDistribution(host);
  if (host.platform !== 'linux' || !distribution.debianFamily) {
    const names = missing.flatMap(({ programs }) => programs).join(', ');
    throw new ThawError('setup_failed', `These programs are missing ${purposes}: ${names}.`, {
      next:
        host.platform === 'linux'
          ? `Install them with the packages of ${distribution.name || 'this distribution'}, or set THAW_DOCKER_HOST to a Docker Engine that runs.`
          : 'Install Docker Desktop and start it, or set THAW_DOCKER_HOST to a Docker Engine that runs.',
    });
  }
  if (!host.isRoot) {
    throw new ThawError('setup_failed', `Packages are missing ${purposes}, and only root can install them.`, {
      next: `Run: sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`,
    });
  }
  if (!allowed) {
    throw new ThawError('setup_failed', `Packages are missing ${purposes}: ${packages.join(' ')}.`, {
      next: `Run: apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}. Or let Thaw do it: \`thaw serve --install\`.`,
    });
  }
  progress.note(`Installing packages of ${distribution.name} ${purposes}: ${packages.join(' ')}`);
  const env = { ...commandEnvironment(host), DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  await progress.step('apt-get update', (onLine) =>
    runCommand(['apt-get', 'update'], { timeoutMs: updateTimeoutMs, env, onLine }),
  );
  await progress.step('apt-get install', (onLine) =>
    withoutServiceStarts(() =>
      runCommand(['apt-get', 'install', ...quietInstall, ...packages], {
        timeoutMs: installTimeoutMs,
        env,
        onLine,
      }),
    ),
  );
}

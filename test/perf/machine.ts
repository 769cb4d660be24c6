/** The facts of the machine that figures depend on, and none that identify it. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, release, type as systemType, totalmem } from 'node:os';
import { promisify } from 'node:util';
import type { DockerPort } from '../../src/engine/docker/port.ts';
import type { BenchReport } from './report.ts';

const run = promisify(execFile);
const GIT_TIMEOUT_MS = 10_000;

/** The commit that is measured; marked when the tree differs from it. */
async function commit(root: string): Promise<string> {
  const git = async (...args: readonly string[]): Promise<string> =>
    (await run('git', [...args], { cwd: root, timeout: GIT_TIMEOUT_MS })).stdout.trim();
  try {
    const dirty = (await git('status', '--porcelain', '--untracked-files=no')) !== '';
    return `${await git('rev-parse', 'HEAD')}${dirty ? ' with changes' : ''}`;
  } catch {
    return 'unknown';
  }
}

async function distribution(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(text)?.[1] ?? systemType();
}

/** Processes that wait for a core or run, as a mean over the last minute. */
export const loadNow = (): number => Math.round((loadavg()[0] ?? 0) * 10) / 10;

export async function describeMachine(
  docker: DockerPort,
  root: string,
  loadBefore: number,
): Promise<Pick<BenchReport, 'machine' | 'commit' | 'node' | 'docker'>> {
  const [version, info] = await Promise.all([docker.version(), docker.info()]);
  return {
    machine: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memoryGiB: Math.round(totalmem() / 1024 ** 3),
      system: `${await distribution()}, ${systemType()} ${release().split('-')[0]}, cgroup v${info.cgroupVersion}`,
      load: { before: loadBefore, after: loadNow() },
    },
    commit: await commit(root),
    node: process.version,
    docker: `${version.version}, ${info.storageDriver}`,
  };
}

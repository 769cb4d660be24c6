/**
 * Containers that a killed daemon forgot. It was killed after containerd had started them and before it wrote that down;
 * started again it takes them for containers that never ran, and their processes would stay until the next boot.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { DockerPort } from '../../engine/docker/port.ts';
import { commandLineOf, waitForEnd } from './process.ts';

const endDeadlineMs = 5_000;

/** The process by which containerd holds one container. */
export interface Shim {
  readonly pid: number;
  readonly containerId: string;
}

const processIds = async (): Promise<readonly number[]> =>
  (await readdir('/proc')).flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));

async function asShim(pid: number, execRoot: string): Promise<Shim | null> {
  const argv = (await commandLineOf(pid)) ?? [];
  const valueOf = (flag: string): string => argv[argv.indexOf(flag) + 1] ?? '';
  if (!basename(argv[0] ?? '').startsWith('containerd-shim')) return null;
  if (!valueOf('-address').startsWith(`${execRoot}/`)) return null;
  return { pid, containerId: valueOf('-id') };
}

/** The shims of the containerd of this exec root, whether or not it runs. */
export async function shimsOf(execRoot: string): Promise<readonly Shim[]> {
  const found = await Promise.all((await processIds()).map((pid) => asShim(pid, execRoot)));
  return found.flatMap((shim) => (shim === null ? [] : [shim]));
}

/** The first processes of a shim's container. With the init of its namespace all others end. */
async function childrenOf(parent: number): Promise<readonly number[]> {
  const children: number[] = [];
  for (const pid of await processIds()) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // After the name, which is in brackets and may hold anything: state, parent.
    const [, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(ppid) === parent) children.push(pid);
  }
  return children;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

const ALIVE = new Set(['running', 'paused', 'restarting']);

/**
 * Ends those of `before`, the shims that were there before the daemon was started, whose container the daemon does not
 * take for running. Answers their number.
 */
export async function endOrphans(
  docker: Pick<DockerPort, 'listContainers'>,
  before: readonly Shim[],
  execRoot: string,
): Promise<number> {
  if (before.length === 0) return 0;
  const containers = await docker.listContainers({});
  const alive = new Set(containers.flatMap(({ id, state }) => (ALIVE.has(state) ? [String(id)] : [])));
  let ended = 0;
  for (const { pid, containerId } of before) {
    // Looked at again: the number may be another process's by now.
    const shim = await asShim(pid, execRoot);
    if (alive.has(containerId) || shim?.containerId !== containerId) continue;
    for (const child of await childrenOf(pid)) kill(child);
    kill(pid);
    await waitForEnd(pid, endDeadlineMs);
    ended += 1;
  }
  return ended;
}

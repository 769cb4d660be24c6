/** A Docker daemon inside of the Debian tree, in a mount namespace of its own, reached from outside through its socket. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/clock.ts';
import { createDockerClient } from '../../src/engine/docker/client.ts';
import { whyUnusable } from '../../src/setup/discovery/ping.ts';
import { shortHash } from '../../src/setup/host.ts';
import { keptRange } from '../../src/setup/managed/address-range.ts';
import { waitForEnd } from '../../src/setup/managed/process.ts';
import type { ImageStore } from './options.ts';
import { MountNamespace } from './processes.ts';

const enterScript = fileURLToPath(new URL('enter.sh', import.meta.url));
/** Of the tree: what a daemon finds programs by, whatever this machine's own path is. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const startDeadlineMs = 60_000;
const endDeadlineMs = 60_000;
const pollMs = 100;
const namespacePollMs = 2;
const pingMs = 2_000;
const shownLogLines = 20;

export interface Docker26 {
  readonly dockerHost: string;
  readonly version: string;
  /** A directory with a `dockerd` that runs inside of the tree, with the same image store. */
  readonly binDir: string;
  /** Ends every process that it started, removes its files. Throws Error when something stays. */
  readonly stop: () => Promise<void>;
}

const configOf = (store: ImageStore): string =>
  JSON.stringify({ features: { 'containerd-snapshotter': store === 'containerd' } });

async function launch(tree: string, directory: string, store: ImageStore): Promise<ChildProcess> {
  const at = (name: string): string => join(directory, name);
  await writeFile(at('daemon.json'), configOf(store));
  const routes = await readFile('/proc/net/route', 'utf8');
  const range = await keptRange(at('address-range'), Number.parseInt(shortHash(directory), 16), routes);
  const log = await open(at('dockerd.log'), 'w', 0o600);
  try {
    const shared = [...new Set([directory, tmpdir()])];
    const daemon = [
      'dockerd',
      `--config-file=${at('daemon.json')}`,
      `--data-root=${at('data')}`,
      `--exec-root=${at('exec')}`,
      `--host=unix://${at('docker.sock')}`,
      `--pidfile=${at('docker.pid')}`,
      `--default-address-pool=base=${range},size=20`,
      '--bridge=none',
      '--iptables=false',
      '--ip6tables=false',
      '--live-restore',
      '--experimental',
    ];
    // Every program of this chain becomes the next one, so the child is the daemon itself in the end.
    const inside = ['/bin/sh', enterScript, tree, ...shared, '--', ...daemon];
    return spawn('unshare', ['--mount', '--propagation', 'private', ...inside], {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { PATH, HOME: '/root' },
      cwd: '/',
    });
  } finally {
    await log.close();
  }
}

const hasEnded = (child: ChildProcess): boolean =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

async function waitUntilReady(child: ChildProcess, directory: string, signal: AbortSignal): Promise<void> {
  const deadline = systemClock.monotonic() + startDeadlineMs;
  for (;;) {
    signal.throwIfAborted();
    const reason = await whyUnusable({ kind: 'socket', path: join(directory, 'docker.sock') }, pingMs);
    if (reason === null) return;
    const ended = hasEnded(child);
    if (ended || systemClock.monotonic() > deadline) {
      const log = await readFile(join(directory, 'dockerd.log'), 'utf8').catch(() => '');
      const end = log.trimEnd().split('\n').slice(-shownLogLines).join('\n');
      throw new Error(`The daemon ${ended ? 'ended at its start' : 'does not answer'} (${reason}):\n${end}`);
    }
    await sleep(pollMs);
  }
}

/**
 * Programs for tests that start daemons themselves: they enter the same namespace. The managed daemon is started with
 * an empty configuration file, which here becomes one that chooses the image store.
 */
async function writePrograms(binDir: string, pid: number, store: ImageStore): Promise<void> {
  await mkdir(binDir, { mode: 0o700 });
  const enter = (program: string): string =>
    `PATH=${PATH} exec nsenter --mount=/proc/${pid}/ns/mnt -- /usr/sbin/${program} "$@"`;
  const choose = [
    'for argument; do',
    '  case $argument in',
    `    --config-file=*) echo '${configOf(store)}' >"\${argument#--config-file=}" ;;`,
    '  esac',
    'done',
  ];
  const mode = 0o755;
  await writeFile(join(binDir, 'dockerd'), ['#!/bin/sh', ...choose, enter('dockerd'), ''].join('\n'), {
    mode,
  });
  // The managed daemon wants to find one; it is `dockerd` that starts it, inside.
  await writeFile(join(binDir, 'containerd'), ['#!/bin/sh', enter('containerd'), ''].join('\n'), { mode });
}

/** The child gets it right after its start. Null when it ended before, having started nothing. */
async function namespaceOf(child: ChildProcess): Promise<MountNamespace | null> {
  while (child.pid !== undefined && !hasEnded(child)) {
    const namespace = await MountNamespace.of(child.pid);
    if (namespace !== null) return namespace;
    await sleep(namespacePollMs);
  }
  return null;
}

async function stop(child: ChildProcess, namespace: MountNamespace | null, directory: string): Promise<void> {
  // With live restore containers outlive their daemon, so they go first.
  const docker = createDockerClient({ kind: 'socket', path: join(directory, 'docker.sock') });
  const containers = await docker.listContainers({}).catch(() => []);
  await Promise.allSettled(containers.map(({ id }) => docker.removeContainer(id)));
  if (child.pid !== undefined && !hasEnded(child)) {
    child.kill('SIGTERM');
    await waitForEnd(child.pid, endDeadlineMs);
  }
  await namespace?.end();
  await rm(directory, { recursive: true, force: true });
}

/**
 * Starts one with an empty data directory below `directory`. Throws Error with the end of its log when it does not
 * start, having removed everything then, too.
 */
export async function startDocker26(
  tree: string,
  directory: string,
  store: ImageStore,
  signal: AbortSignal,
): Promise<Docker26> {
  const child = await launch(tree, directory, store);
  child.on('error', () => {
    // It has no pid then, which the wait for it tells.
  });
  const namespace = await namespaceOf(child);
  const socket = join(directory, 'docker.sock');
  try {
    await waitUntilReady(child, directory, signal);
    const { version } = await createDockerClient({ kind: 'socket', path: socket }).version();
    const binDir = join(directory, 'bin');
    await writePrograms(binDir, child.pid ?? 0, store);
    return {
      dockerHost: `unix://${socket}`,
      version,
      binDir,
      stop: () => stop(child, namespace, directory),
    };
  } catch (error) {
    await stop(child, namespace, directory);
    throw error;
  }
}

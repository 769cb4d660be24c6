/** Starts the managed daemon in a session of its own and waits until it answers. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, systemClock } from '../../clock.ts';
import { createDockerClient } from '../../engine/docker/client.ts';
import { ThawError } from '../../errors.ts';
import { whyUnusable } from '../discovery/ping.ts';
import type { Environment } from '../host.ts';
import { keptRange } from './address-range.ts';
import { type EngineLayout, spreadOf } from './layout.ts';
import { endOrphans, shimsOf } from './orphans.ts';
import { openPacketFilter } from './packet-filter.ts';
import { containerdPidFile, runningContainerd, runningDaemon } from './process.ts';

export const startDeadlineMs = 60_000;
const pingMs = 2_000;
const pollMs = 50;
const maxLogBytes = 16 * 1024 * 1024;
const shownLogLines = 20;

function daemonArguments(layout: EngineLayout, range: string): readonly string[] {
  return [
    `--data-root=${layout.dataRoot}`,
    `--exec-root=${layout.execRoot}`,
    `--host=unix://${layout.socket}`,
    `--pidfile=${layout.pidFile}`,
    `--config-file=${layout.configFile}`,
    `--containerd-namespace=${layout.containerdNamespace}`,
    `--containerd-plugins-namespace=${layout.containerdNamespace}-plugins`,
    '--bridge=none',
    `--default-address-pool=base=${range},size=20`,
    '--iptables=false',
    '--userland-proxy=false',
    '--live-restore',
    '--experimental',
  ];
}

/** The last lines of the daemon's log, for a message. */
async function logTail(logFile: string): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-shownLogLines).join('\n');
}

/** A log that grew large starts anew; there is one owner at a time, so nobody else writes it. */
async function openLog(logFile: string) {
  const sizeBytes = await stat(logFile).then(
    ({ size }) => size,
    () => 0,
  );
  return await open(logFile, sizeBytes > maxLogBytes ? 'w' : 'a', 0o600);
}

async function launch(
  binary: string,
  layout: EngineLayout,
  range: string,
  env: Environment,
): Promise<ChildProcess> {
  const log = await openLog(layout.logFile);
  try {
    const child = spawn(binary, daemonArguments(layout, range), {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { ...env },
      cwd: '/',
    });
    // Without a listener a failed start would end this process; waitForPing sees it by the missing pid.
    child.on('error', () => {});
    child.unref();
    return child;
  } finally {
    await log.close();
  }
}

async function waitForPing(layout: EngineLayout, ended: () => boolean, clock: Clock): Promise<void> {
  const deadline = clock.monotonic() + startDeadlineMs;
  for (;;) {
    const reason = await whyUnusable({ kind: 'socket', path: layout.socket }, pingMs);
    if (reason === null) return;
    const failed = ended() ? 'ended at its start' : clock.monotonic() > deadline ? 'does not answer' : null;
    if (failed !== null) {
      throw new ThawError(
        'setup_failed',
        `The managed Docker daemon ${failed} (${reason}). The end of ${layout.logFile}:\n${await logTail(layout.logFile)}`,
        { next: 'See the log, or start a Docker Engine yourself and set THAW_DOCKER_HOST.' },
      );
    }
    await sleep(pollMs);
  }
}

/**
 * Makes the daemon of this layout answer: waits for one that is there already, or starts it. The caller holds the lock.
 * Answers whether it had to be started. Throws `setup_failed` with the end of the log.
 */
export async function ensureRunning(
  layout: EngineLayout,
  binary: string,
  env: Environment,
  clock: Clock = systemClock,
): Promise<boolean> {
  if ((await runningDaemon(layout.pidFile)) !== null) {
    await waitForPing(layout, () => false, clock);
    return false;
  }
  await mkdir(layout.dataRoot, { recursive: true, mode: 0o711 });
  await mkdir(layout.execRoot, { recursive: true, mode: 0o700 });
  // Left by a daemon that was killed: Docker refuses to start when the number belongs to another process by now.
  await rm(layout.pidFile, { force: true });
  if ((await runningContainerd(layout.execRoot)) === null) {
    // The same, and here a zombie is enough: Docker would wait for that containerd to answer, and give up.
    await rm(containerdPidFile(layout.execRoot), { force: true });
  }
  await rm(layout.socket, { force: true });
  await writeFile(layout.configFile, '{}\n');
  const routes = await readFile('/proc/net/route', 'utf8').catch(() => '');
  const range = await keptRange(layout.rangeFile, spreadOf(layout), routes);
  await openPacketFilter(layout.chainPrefix, range, env);
  const shims = await shimsOf(layout.execRoot);
  const child = await launch(binary, layout, range, env);
  const ended = () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  await waitForPing(layout, ended, clock);
  await endOrphans(createDockerClient({ kind: 'socket', path: layout.socket }), shims, layout.execRoot);
  return true;
}

/** Ends the managed daemon and what belongs to it. */
import { readFile, rm } from 'node:fs/promises';
import { ThawError } from '../../errors.ts';
import { tryCommand } from '../command.ts';
import type { Environment } from '../host.ts';
import type { EngineLayout } from './layout.ts';
import { closePacketFilter } from './packet-filter.ts';
import { runningContainerd, runningDaemon, waitForEnd } from './process.ts';

const daemonDeadlineMs = 60_000;
const containerdDeadlineMs = 15_000;
const unmountTimeoutMs = 10_000;

/**
 * A daemon that was killed leaves its data directory mounted on itself, and any daemon the host's network namespace
 * once a container used that. What containers that go on use, stays.
 */
async function unmountLeft(layout: EngineLayout, env: Environment): Promise<void> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const points = new Set(mounts.split('\n').map((line) => line.split(' ')[4]));
  for (const path of [layout.dataRoot, `${layout.execRoot}/netns/default`]) {
    if (points.has(path)) await tryCommand(['umount', path], { timeoutMs: unmountTimeoutMs, env });
  }
}

/**
 * Asks the daemon of this layout to end and waits for it and its containerd. The caller holds the lock. Containers
 * that run go on (live-restore). Answers whether one ran. Throws `setup_failed` when it does not end.
 */
export async function stopRunning(layout: EngineLayout, env: Environment): Promise<boolean> {
  const daemon = await runningDaemon(layout.pidFile);
  const containerd = await runningContainerd(layout.execRoot);
  if (daemon !== null) {
    process.kill(daemon, 'SIGTERM');
    if (!(await waitForEnd(daemon, daemonDeadlineMs))) {
      throw new ThawError('setup_failed', `The managed Docker daemon (process ${daemon}) does not end.`, {
        next: `See ${layout.logFile}.`,
      });
    }
  }
  if (containerd !== null && !(await waitForEnd(containerd, containerdDeadlineMs))) {
    // Its daemon is gone and it missed that: nothing uses it any more.
    process.kill(containerd, 'SIGKILL');
    await waitForEnd(containerd, containerdDeadlineMs);
  }
  const range = (await readFile(layout.rangeFile, 'utf8').catch(() => '')).trim();
  if (range !== '') await closePacketFilter(layout.chainPrefix, range, env);
  await unmountLeft(layout, env);
  await rm(layout.socket, { force: true });
  await rm(layout.pidFile, { force: true });
  return daemon !== null;
}

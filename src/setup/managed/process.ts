/** Recognises the managed daemon among the processes of this machine and waits for their end. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, systemClock } from '../../clock.ts';

const pollMs = 25;

/** The arguments of a process, or null when there is no such process (a zombie has none either). */
export async function commandLineOf(pid: number): Promise<readonly string[] | null> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return text === '' ? null : text.split('\0').slice(0, -1);
}

async function pidIn(pidFile: string): Promise<number | null> {
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).trim());
  return Number.isSafeInteger(pid) && pid > 1 ? pid : null;
}

/** The daemon that runs with this pid file, or null. A number that another program got meanwhile does not count. */
export async function runningDaemon(pidFile: string): Promise<number | null> {
  const pid = await pidIn(pidFile);
  if (pid === null) return null;
  const argv = await commandLineOf(pid);
  if (argv === null || basename(argv[0] ?? '') !== 'dockerd') return null;
  return argv.includes(`--pidfile=${pidFile}`) ? pid : null;
}

export const containerdPidFile = (execRoot: string): string => `${execRoot}/containerd/containerd.pid`;

/** The containerd that the daemon of this exec root started for itself, or null. */
export async function runningContainerd(execRoot: string): Promise<number | null> {
  const pid = await pidIn(containerdPidFile(execRoot));
  if (pid === null) return null;
  const argv = await commandLineOf(pid);
  if (argv === null || basename(argv[0] ?? '') !== 'containerd') return null;
  return argv.some((argument) => argument.startsWith(execRoot)) ? pid : null;
}

/** Whether the process ended within the time. */
export async function waitForEnd(
  pid: number,
  timeoutMs: number,
  clock: Clock = systemClock,
): Promise<boolean> {
  const deadline = clock.monotonic() + timeoutMs;
  while ((await commandLineOf(pid)) !== null) {
    if (clock.monotonic() > deadline) return false;
    await sleep(pollMs);
  }
  return true;
}

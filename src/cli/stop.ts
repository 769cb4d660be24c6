/** `thaw stop`: ends the owner and what runs for it, and waits until its process is gone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../clock.ts';
import { type Paths, resolvePaths } from '../config.ts';
import { requestStop } from '../control/control-client.ts';
import { type OwnerFacts, readOwnerFacts, takeOwnerLock } from '../control/owner-lock.ts';
import { isProcessAlive } from '../control/process-alive.ts';
import type { StopRequest } from '../control/status.ts';
import type { Command, Flags } from './command.ts';
import type { ProcessHost } from './host.ts';
import { stateDirFlag, stateDirHelp } from './owner-flags.ts';
import { reviveOwner } from './revive-owner.ts';

/** Longer than an owner gives itself to close. */
const DEADLINE_MS = 120_000;
const POLL_MS = 50;

/** Whether an owner has the lock: it may start or end right now and not listen. */
function isLocked(paths: Paths): boolean {
  const lock = takeOwnerLock(paths);
  lock?.release();
  return lock === null;
}

/** Asks until somebody listens or the owner with the lock is gone. The pid of who was asked or went. */
async function askToStop(
  paths: Paths,
  facts: OwnerFacts | null,
  wanted: StopRequest,
): Promise<number | null> {
  const until = systemClock.monotonic() + DEADLINE_MS;
  for (;;) {
    const asked = await requestStop(paths.controlSocket, wanted);
    if (asked !== null) return asked.pid;
    if (facts === null || !isProcessAlive(facts.pid) || !isLocked(paths)) return null;
    if (systemClock.monotonic() >= until) return facts.pid;
    await sleep(POLL_MS);
  }
}

async function waitUntilGone(pid: number): Promise<boolean> {
  const until = systemClock.monotonic() + DEADLINE_MS;
  while (isProcessAlive(pid)) {
    if (systemClock.monotonic() >= until) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** The owner's pid, or null when nothing runs. What an owner left behind gets an owner again first. */
async function stopOwner(paths: Paths, wanted: StopRequest, host: ProcessHost): Promise<number | null> {
  const pid = await askToStop(paths, readOwnerFacts(paths), wanted);
  const left = pid === null ? readOwnerFacts(paths) : null;
  if (left === null || wanted.sandboxes === 'keep') return pid;
  host.stderr.write('The last owner left things running; starting it once more to end them.\n');
  await reviveOwner(paths, left, host);
  return await askToStop(paths, readOwnerFacts(paths), wanted);
}

async function stop(flags: Flags, host: ProcessHost): Promise<number> {
  const stateDir = flags['state-dir'];
  const paths = resolvePaths(typeof stateDir === 'string' ? stateDir : undefined, host.environment);
  const sandboxes = flags['keep'] === true ? 'keep' : 'stop';
  try {
    const pid = await stopOwner(paths, { sandboxes }, host);
    if (pid === null) {
      host.stdout.write(`No owner runs for ${paths.stateDir}.\n`);
      return 0;
    }
    if (await waitUntilGone(pid)) {
      const what =
        sandboxes === 'keep' ? 'its sandboxes go on' : 'its sandboxes are stopped, their files are kept';
      host.stdout.write(`The owner (pid ${pid}) ended; ${what}.\n`);
      return 0;
    }
    const seconds = DEADLINE_MS / 1000;
    host.stderr.write(
      `thaw stop: the owner (pid ${pid}) did not end within ${seconds} s; see ${paths.logFile}.\n`,
    );
  } catch (error) {
    host.stderr.write(`thaw stop: ${error instanceof Error ? error.message : String(error)}\n`);
  }
  return 1;
}

export const stopCommand: Command = {
  flags: { ...stateDirFlag, keep: { type: 'boolean' } },
  help: () =>
    `Usage: thaw stop [options]\n\nEnds the owner, the sandboxes that run (their files are kept) and a Docker Engine that Thaw started itself.\n\nOptions:\n${stateDirHelp}  --keep           let sandboxes and the Docker Engine run on; the next owner takes them over\n`,
  run: stop,
};

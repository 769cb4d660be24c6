/** `thaw stop`: ends the owner and waits until its process is gone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../clock.ts';
import { type Paths, resolvePaths } from '../config.ts';
import { requestStop } from '../control/control-client.ts';
import { readOwnerFacts, takeOwnerLock } from '../control/owner-lock.ts';
import { isProcessAlive } from '../control/process-alive.ts';
import type { StopRequest } from '../control/status.ts';
import type { Command, Flags } from './command.ts';
import type { ProcessHost } from './host.ts';
import { stateDirFlag, stateDirHelp } from './owner-flags.ts';

/** Longer than stopping every sandbox and the managed engine takes. */
const DEADLINE_MS = 120_000;
const POLL_MS = 50;

async function waitUntilGone(pid: number): Promise<boolean> {
  const until = systemClock.monotonic() + DEADLINE_MS;
  while (isProcessAlive(pid)) {
    if (systemClock.monotonic() >= until) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** The pid of an owner that has its lock and does not listen (it starts, ends or hangs); null when there is none. */
function silentOwner(paths: Paths): number | null {
  const facts = readOwnerFacts(paths);
  if (facts === null || !isProcessAlive(facts.pid)) return null;
  const lock = takeOwnerLock(paths);
  if (lock === null) return facts.pid;
  lock.release();
  return null;
}

async function stopOwner(paths: Paths, wanted: StopRequest): Promise<number | null> {
  const asked = await requestStop(paths.controlSocket, wanted);
  return asked?.pid ?? silentOwner(paths);
}

async function stop(flags: Flags, host: ProcessHost): Promise<number> {
  const stateDir = flags['state-dir'];
  const paths = resolvePaths(typeof stateDir === 'string' ? stateDir : undefined, host.environment);
  const sandboxes = flags['keep'] === true ? 'keep' : 'stop';
  try {
    const pid = await stopOwner(paths, { sandboxes });
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
    host.stderr.write(
      `thaw stop: the owner (pid ${pid}) did not end within ${DEADLINE_MS / 1000} s; see ${paths.logFile}.\n`,
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    host.stderr.write(`thaw stop: the owner does not answer: ${reason}\n`);
  }
  return 1;
}

export const stopCommand: Command = {
  flags: { ...stateDirFlag, keep: { type: 'boolean' } },
  help: () =>
    `Usage: thaw stop [options]\n\nEnds the owner, the sandboxes that run (their files are kept) and a Docker Engine that Thaw started itself.\n\nOptions:\n${stateDirHelp}  --keep           let sandboxes and the Docker Engine run on; the next owner takes them over\n`,
  run: stop,
};

/** Auto-stop, auto-delete and time to live, in minutes as in the API, driven by the injected clock. */

import { isThawError } from '../../errors.ts';
import { archiveSandbox } from '../archive/archive.ts';
import type { EngineContext } from '../context.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { clampArchiveMinutes } from './archive-interval.ts';
import { deleteSandbox } from './delete.ts';
import { stopSandbox } from './stop.ts';

/** How often the deadlines are looked at; the API's own granularity is 10 s. */
const TICK_MS = 5_000;
const MINUTE_MS = 60_000;

/** A delete that failed is tried again this long after. */
const RETRY_MS = 30_000;

export type DueAction = 'stop' | 'delete' | 'archive';

const ABANDONED: ReadonlySet<string> = new Set(['destroying', 'error']);

/**
 * What is due for a sandbox at `now`, or null. A running command is activity. A paused sandbox does not run, so it is
 * never stopped for idleness: its memory is what it was paused for; only its time to live counts. Pure.
 */
export function dueAction(
  sandbox: Pick<ManagedSandbox, 'record' | 'runningCommands'>,
  now: number,
): DueAction | null {
  const { record, runningCommands } = sandbox;
  const { state } = record;
  // A delete that failed half-way is tried again until it is done.
  if (record.desiredState === 'destroyed' && ABANDONED.has(state))
    return now - record.updatedAt >= RETRY_MS ? 'delete' : null;
  if (record.destroyAt !== null && now >= record.destroyAt) return 'delete';
  if (state === 'started') {
    const idleMs = now - record.lastActivityAt;
    const due =
      record.autoStopMinutes > 0 && runningCommands === 0 && idleMs >= record.autoStopMinutes * MINUTE_MS;
    return due ? 'stop' : null;
  }
  if (state !== 'stopped' || record.stoppedAt === null) return null;
  const stoppedMs = now - record.stoppedAt;
  if (record.autoDeleteMinutes >= 0 && stoppedMs >= record.autoDeleteMinutes * MINUTE_MS) return 'delete';
  // One that cannot be archived for now is left alone for another interval.
  const waitedMs = record.backupState === 'Error' ? now - record.updatedAt : stoppedMs;
  return waitedMs >= clampArchiveMinutes(record.autoArchiveMinutes) * MINUTE_MS ? 'archive' : null;
}

/** Starts the timers; answers what ends them. */
export function startTimers(context: EngineContext): () => void {
  const { clock, registry, background, log } = context;
  let cancel: () => void = () => undefined;
  const act = async (sandbox: ManagedSandbox, action: DueAction): Promise<void> => {
    log.info({ sandbox: sandbox.record.name, action }, 'a timer is due');
    try {
      if (action === 'delete') await deleteSandbox(context, sandbox);
      else if (action === 'archive') await archiveSandbox(context, sandbox);
      else await stopSandbox(context, sandbox, false);
    } catch (error) {
      if (action === 'archive' && isThawError(error, 'disk_limit', 'disk_full')) {
        log.warn({ err: error, sandbox: sandbox.record.name }, 'no space to archive a sandbox');
        registry.update(sandbox, { backupState: 'Error' });
        return;
      }
      // Somebody else is at work on it: the next tick looks again.
      if (!isThawError(error, 'busy', 'state_conflict')) throw error;
    }
  };
  const tick = (): void => {
    const now = clock.now();
    for (const sandbox of registry.all()) {
      const action = sandbox.isBusy ? null : dueAction(sandbox, now);
      if (action === 'archive' && context.host.files === null) continue;
      if (action !== null) background.run(`timer ${action}`, () => act(sandbox, action));
    }
    cancel = clock.schedule(TICK_MS, tick);
  };
  cancel = clock.schedule(TICK_MS, tick);
  return () => cancel();
}

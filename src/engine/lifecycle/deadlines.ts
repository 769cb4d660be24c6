/** How long a sandbox may stay in each state that it only passes through. What takes longer ends as an error. */
import type { SandboxState } from '../../../schemas/state.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** Daytona's limits where it has them. States that are not here may last. */
export const deadlines: Partial<Record<SandboxState, number>> = {
  creating: 15 * MINUTE_MS,
  unknown: 15 * MINUTE_MS,
  pulling_snapshot: 30 * MINUTE_MS,
  pending_build: 60 * MINUTE_MS,
  building_snapshot: 60 * MINUTE_MS,
  starting: 5 * MINUTE_MS,
  stopping: 5 * MINUTE_MS,
  pausing: 30 * SECOND_MS,
  resuming: MINUTE_MS,
  resizing: MINUTE_MS,
  snapshotting: 30 * MINUTE_MS,
  forking: 15 * MINUTE_MS,
  archiving: 30 * MINUTE_MS,
  restoring: 30 * MINUTE_MS,
  destroying: 5 * MINUTE_MS,
};

/** Finding out what became of a sandbox, and bringing it back. */
const OTHER_MS = 5 * MINUTE_MS;

/** A backup leaves the state as it is, so it has a limit of its own. */
export const backupDeadline = { ms: 30 * MINUTE_MS, message: 'Timeout while backing up sandbox' } as const;

export const deadlineOf = (state: SandboxState): number => deadlines[state] ?? OTHER_MS;

const phrases: Partial<Record<SandboxState, string>> = {
  creating: 'creating',
  starting: 'starting',
  stopping: 'stopping',
  pausing: 'pausing',
  resuming: 'resuming',
  resizing: 'resizing',
  snapshotting: 'taking a snapshot of the',
  forking: 'forking',
  archiving: 'archiving',
  restoring: 'restoring',
  destroying: 'deleting',
  pulling_snapshot: 'pulling the snapshot of the',
  building_snapshot: 'building the snapshot of the',
};

/** The API's words, as in “Timeout while starting sandbox”. */
export const timeoutMessage = (state: SandboxState): string =>
  `Timeout while ${phrases[state] ?? 'changing the'} sandbox`;

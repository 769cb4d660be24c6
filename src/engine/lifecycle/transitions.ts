/**
 * The one table of how a sandbox changes state. States are those of the Daytona API; an event that has no
 * entry for a state is illegal there. Delete is legal everywhere.
 */
import { type SandboxDesiredState, type SandboxState, sandboxStates } from '../../../schemas/state.ts';
import { ThawError } from '../../errors.ts';
import type { SandboxRecord } from '../store/records.ts';

/** What callers and timers ask for. */
export const requestEvents = [
  'start_requested',
  'stop_requested',
  'pause_requested',
  'resume_requested',
  /** Recovery of a failed sandbox, which then runs. */
  'recover_requested',
  /** Recovery of a failed sandbox, which then is stopped. */
  'recover_stopped_requested',
  'resize_requested',
  'archive_requested',
  'snapshot_requested',
  'fork_requested',
  'delete_requested',
] as const;
export type RequestEvent = (typeof requestEvents)[number];

/** What comes of the work, or happens by itself. */
export const outcomeEvents = [
  'placed',
  'build_began',
  'built',
  'build_failed',
  'pull_began',
  'pulled',
  'started',
  'stopped',
  'paused',
  'archived',
  'deleted',
  'failed',
  /** The container ended without having been asked to. */
  'died',
  /** The container ended with the daemon or the host; it is started again. */
  'restart',
] as const;
export type OutcomeEvent = (typeof outcomeEvents)[number];

export const lifecycleEvents = [...requestEvents, ...outcomeEvents] as const;
export type LifecycleEvent = (typeof lifecycleEvents)[number];

type Row = Partial<Record<LifecycleEvent, SandboxState>>;

/** Where every state may go. */
const everywhere: Row = { delete_requested: 'destroying', failed: 'error' };

/** What may come of work on a sandbox that runs or is stopped and stays so. */
const backAgain: Row = { started: 'started', stopped: 'stopped', died: 'stopped', restart: 'starting' };

const table: Record<SandboxState, Row> = {
  pending_build: { build_began: 'building_snapshot', build_failed: 'build_failed' },
  building_snapshot: { built: 'unknown', build_failed: 'build_failed' },
  build_failed: {},
  unknown: { placed: 'creating' },
  pulling_snapshot: { pulled: 'creating' },
  creating: { started: 'started', pull_began: 'pulling_snapshot' },
  started: {
    stop_requested: 'stopping',
    pause_requested: 'pausing',
    resize_requested: 'resizing',
    snapshot_requested: 'snapshotting',
    fork_requested: 'forking',
    // Its connection was made again.
    started: 'started',
    died: 'stopped',
    restart: 'starting',
  },
  starting: { started: 'started', stopped: 'stopped', died: 'stopped', restart: 'starting' },
  stopping: { stopped: 'stopped', died: 'stopped', archived: 'archived' },
  stopped: {
    start_requested: 'starting',
    resize_requested: 'resizing',
    archive_requested: 'archiving',
    snapshot_requested: 'snapshotting',
    fork_requested: 'forking',
    restart: 'starting',
  },
  pausing: { paused: 'paused', started: 'started', died: 'stopped', restart: 'starting' },
  paused: {
    start_requested: 'resuming',
    resume_requested: 'resuming',
    stop_requested: 'stopping',
    paused: 'paused',
    died: 'stopped',
  },
  resuming: { started: 'started', died: 'stopped', restart: 'starting' },
  resizing: backAgain,
  snapshotting: backAgain,
  forking: backAgain,
  archiving: { archived: 'archived', stopped: 'stopped', start_requested: 'starting' },
  archived: { start_requested: 'restoring' },
  restoring: { started: 'started', archived: 'archived' },
  // Starting an errored sandbox is its recovery.
  error: {
    start_requested: 'starting',
    recover_requested: 'starting',
    recover_stopped_requested: 'stopping',
  },
  destroying: { deleted: 'destroyed' },
  destroyed: {},
};

/** The state that `event` leads to from `state`, or null where it is illegal. */
export function nextState(state: SandboxState, event: LifecycleEvent): SandboxState | null {
  if (state === 'destroyed') return null;
  return table[state][event] ?? everywhere[event] ?? null;
}

/** What a sandbox is meant to be after an event; events that are not here leave that as it is. */
const desired: Partial<Record<LifecycleEvent, SandboxDesiredState>> = {
  start_requested: 'started',
  resume_requested: 'started',
  recover_requested: 'started',
  restart: 'started',
  started: 'started',
  stop_requested: 'stopped',
  recover_stopped_requested: 'stopped',
  stopped: 'stopped',
  died: 'stopped',
  pause_requested: 'paused',
  paused: 'paused',
  archive_requested: 'archived',
  archived: 'archived',
  delete_requested: 'destroyed',
  deleted: 'destroyed',
};

export const desiredAfter = (event: LifecycleEvent, before: SandboxDesiredState): SandboxDesiredState =>
  desired[event] ?? before;

const errored = 'Sandbox is in an errored state';

/** The API's words for a refusal: what it says of most states, and of one that failed. */
const refusals: Record<RequestEvent, readonly [string, string?]> = {
  start_requested: ['Sandbox state change in progress', errored],
  stop_requested: ['Sandbox is not in a stoppable state', errored],
  pause_requested: ['Sandbox must be in started state to pause'],
  resume_requested: ['Sandbox must be in paused state to resume'],
  recover_requested: ['Sandbox must be in error state to recover'],
  recover_stopped_requested: ['Sandbox must be in error state to recover'],
  resize_requested: ['Sandbox must be in started or stopped state to resize'],
  archive_requested: ['Sandbox is not stopped', errored],
  snapshot_requested: ['Sandbox must be in started or stopped state to create a snapshot'],
  fork_requested: ['Sandbox must be in started or stopped state to fork'],
  delete_requested: ['Sandbox is deleted'],
};

const isRequest = (event: LifecycleEvent): event is RequestEvent => event in refusals;

function refusal(event: LifecycleEvent, state: SandboxState): string {
  if (!isRequest(event)) return 'This does not fit the state of the sandbox';
  const [words, whenErrored = words] = refusals[event];
  return state === 'error' || state === 'build_failed' ? whenErrored : words;
}

/** What brings a sandbox of this state into one that more operations fit. */
const wayOut: Partial<Record<SandboxState, string>> = {
  stopped: 'Call sandbox_start first.',
  paused: 'Call sandbox_resume first.',
  archived: 'Call sandbox_start first.',
  error: 'Call sandbox_recover or sandbox_start, or sandbox_delete.',
  build_failed: 'Its image could not be built: call sandbox_delete and create it again.',
  destroyed: 'It is deleted. Call sandbox_create to make another.',
};

/** States in which a sandbox that ran goes on to run, and takes commands. */
export const runsOn: ReadonlySet<SandboxState> = new Set(['started', 'resizing', 'snapshotting', 'forking']);

/** What a caller may do about a sandbox that is in `state` and should not be. */
export const adviceFor = (state: SandboxState): string =>
  wayOut[state] ?? 'Call sandbox_get to see its state, and bring it into a fitting one first.';

/** Throws `state_conflict` where the event is illegal, naming the states in which it is not. */
export function requireTransition(
  { name, state }: Pick<SandboxRecord, 'name' | 'state'>,
  event: LifecycleEvent,
): SandboxState {
  const next = nextState(state, event);
  if (next !== null) return next;
  const fitting = sandboxStates.filter((candidate) => nextState(candidate, event) !== null);
  throw new ThawError(
    'state_conflict',
    `${refusal(event, state)}: ${name} is ${state}; this needs one of: ${fitting.join(', ')}.`,
    { next: adviceFor(state), context: { state } },
  );
}

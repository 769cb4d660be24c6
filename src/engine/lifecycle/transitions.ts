/**
 * The one table of how a sandbox changes state. States are those of the Daytona API; an event that has no
 * entry for a state is illegal there. Delete is legal everywhere.
 */
import { type SandboxState, sandboxStates } from '../../../schemas/state.ts';
import { ThawError } from '../../errors.ts';

export const lifecycleEvents = [
  'start_requested',
  'started',
  'stop_requested',
  'stopped',
  'delete_requested',
  'deleted',
  'failed',
  'died',
] as const;
export type LifecycleEvent = (typeof lifecycleEvents)[number];

type Row = Partial<Record<LifecycleEvent, SandboxState>>;

/** Where every state may go. */
const everywhere: Row = { delete_requested: 'destroying', failed: 'error' };

const table: Partial<Record<SandboxState, Row>> = {
  creating: { started: 'started' },
  started: { stop_requested: 'stopping', died: 'stopped', start_requested: 'starting' },
  stopping: { stopped: 'stopped', died: 'stopped' },
  stopped: { start_requested: 'starting' },
  starting: { started: 'started', stopped: 'stopped', died: 'stopped' },
  // Starting an errored sandbox is its recovery.
  error: { start_requested: 'starting' },
  destroying: { deleted: 'destroyed' },
  destroyed: {},
};

/** The state that `event` leads to from `state`, or null where it is illegal. */
export function nextState(state: SandboxState, event: LifecycleEvent): SandboxState | null {
  if (state === 'destroyed') return null;
  return table[state]?.[event] ?? everywhere[event] ?? null;
}

/** Throws `state_conflict` where the event is illegal, naming the states in which it is not. */
export function requireTransition(name: string, state: SandboxState, event: LifecycleEvent): SandboxState {
  const next = nextState(state, event);
  if (next !== null) return next;
  const fitting = sandboxStates.filter((candidate) => nextState(candidate, event) !== null);
  throw new ThawError(
    'state_conflict',
    `Sandbox ${name} is ${state}; this needs one of: ${fitting.join(', ')}.`,
    {
      context: { state },
    },
  );
}

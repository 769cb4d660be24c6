/** The one place where a sandbox's state is written: along the transition table, on disk first. */

import { ThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import type { SandboxRecord } from '../store/records.ts';
import { desiredAfter, type LifecycleEvent, requireTransition, runsOn } from './transitions.ts';

/**
 * Moves the sandbox along; `change` and the writes of `alongside` join the same transaction. A change of state is
 * activity, as in the API. Throws `state_conflict` for an event that is illegal now.
 */
export function move(
  { registry, clock }: Pick<EngineContext, 'registry' | 'clock'>,
  sandbox: ManagedSandbox,
  event: LifecycleEvent,
  change: Partial<Omit<SandboxRecord, 'state' | 'desiredState'>> = {},
  alongside?: () => void,
): void {
  const { record } = sandbox;
  const state = requireTransition(record, event);
  const desiredState = desiredAfter(event, record.desiredState);
  registry.update(sandbox, { lastActivityAt: clock.now(), ...change, state, desiredState }, alongside);
  if (!runsOn.has(state)) {
    sandbox.endVisits(new ThawError('state_conflict', `Sandbox ${record.name} is ${state}, not started.`));
  }
}

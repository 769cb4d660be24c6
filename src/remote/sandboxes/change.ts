/** One request that changes a sandbox, and the wait until the change is there. */
import type { Sandbox } from '../../../schemas/sandbox.ts';
import type { CallContext } from '../../backend/port.ts';
import type { RequestInitOfCall } from '../api.ts';
import type { RemoteContext } from '../context.ts';
import type { Operation } from '../request.ts';
import { waitFor, waitLimit } from '../wait-for.ts';
import { toSandbox, WireSandbox } from '../wire/sandbox.ts';
import { fetchSandbox } from './fetch.ts';

/** 400 is the API's answer to an operation that the state does not allow. */
export const stateOperation = (name: string, more: Partial<Operation> = {}): Operation => ({
  name,
  ...more,
  codes: { 400: 'state_conflict', 422: 'unsupported_by_backend', ...more.codes },
});

export interface Change {
  readonly operation: Operation;
  readonly request: (init: RequestInitOfCall) => Promise<{ readonly data?: unknown }>;
  /** When the change is there; absent where the answer of the request shows it. */
  readonly isDone?: (sandbox: WireSandbox) => boolean;
}

/** The sandbox when it has changed or the wait is over; one that ended with the change is `destroyed`. */
export async function changeSandbox(
  remote: RemoteContext,
  sandbox: string,
  { operation, request, isDone }: Change,
  context: CallContext,
): Promise<Sandbox> {
  const until = waitLimit(remote);
  const answer = await remote.api.call(operation, WireSandbox.nullable().catch(null), context, request);
  // Some servers answer a part of the sandbox or nothing.
  const known = answer ?? (await fetchSandbox(remote, sandbox, context));
  remote.places.learn(sandbox, known);
  if (isDone === undefined) return toSandbox(known);
  const settled = await waitFor(remote, known, { until, isDone }, context);
  if (settled !== null) return toSandbox(settled);
  remote.places.forget(sandbox, known.id);
  return toSandbox({ ...known, state: 'destroyed', desiredState: 'destroyed' });
}

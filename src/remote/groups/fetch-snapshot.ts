/** One snapshot as the server has it. */
import type { CallContext } from '../../backend/port.ts';
import type { RemoteContext } from '../context.ts';
import type { Operation } from '../request.ts';
import { WireSnapshot } from '../wire/snapshot.ts';

/** An operation on a snapshot, for which 404 means that there is none. */
export const onSnapshot = (name: string, more: Partial<Operation> = {}): Operation => ({
  name,
  ...more,
  codes: { 404: 'snapshot_not_found', ...more.codes },
});

/** By id or name. Throws `snapshot_not_found`. */
export const fetchSnapshot = (
  { api }: Pick<RemoteContext, 'api'>,
  snapshot: string,
  context: Pick<CallContext, 'signal'>,
): Promise<WireSnapshot> =>
  api.call(onSnapshot('getSnapshot', { idempotent: true }), WireSnapshot, context, (init) =>
    api.client.GET('/snapshots/{id}', { params: { path: { id: snapshot } }, ...init }),
  );

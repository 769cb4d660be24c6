/** The snapshots group of the port over the API. */
import { z } from 'zod';
import type { MadeSnapshot, Snapshot } from '../../../schemas/copies.ts';
import type { CreateSnapshot } from '../../../schemas/create-snapshot.ts';
import type { CallContext, SnapshotOperations } from '../../backend/port.ts';
import { isThawError, ThawError } from '../../errors.ts';
import type { RemoteContext } from '../context.ts';
import { poll } from '../poll.ts';
import { changeSandbox, stateOperation } from '../sandboxes/change.ts';
import { WireSnapshot, WireSnapshotPage } from '../wire/snapshot.ts';
import { withoutUndefined } from '../without-undefined.ts';
import { fetchSnapshot, onSnapshot } from './fetch-snapshot.ts';

const passing: ReadonlySet<Snapshot['state']> = new Set(['building', 'pending', 'pulling', 'snapshotting']);

function refuse(field: string, why: string): never {
  throw new ThawError('unsupported_by_backend', `${field}: ${why}`, { next: `Leave ${field} out.` });
}

/** The API's body. Throws `unsupported_by_backend` for what only an embedded engine takes. */
function toBody({ rootfs, pool, buildInfo, ...rest }: CreateSnapshot) {
  if (rootfs !== undefined)
    refuse('rootfs', 'the Daytona API makes snapshots of images and Dockerfiles only.');
  if (pool !== undefined)
    refuse('pool', 'the Daytona API has no pool in a snapshot; its warm pools are apart.');
  if (buildInfo?.context !== undefined)
    refuse('buildInfo.context', 'the Daytona API takes the files of a build from its object storage only.');
  return { ...rest, ...(buildInfo && { buildInfo }) };
}

export function snapshotOperations(remote: RemoteContext): SnapshotOperations {
  const { api } = remote;
  const { client } = api;
  const get = (snapshot: string, context: Pick<CallContext, 'signal'>): Promise<WireSnapshot> =>
    fetchSnapshot(remote, snapshot, context);

  /** Changes take the id only, so a name costs a look. */
  const idOf = async (snapshot: string, context: CallContext): Promise<string> =>
    (await get(snapshot, context)).id;

  async function fromSandbox(sandbox: string, name: string, context: CallContext): Promise<MadeSnapshot> {
    await changeSandbox(
      remote,
      sandbox,
      {
        operation: stateOperation('createSandboxSnapshot', { codes: { 409: 'name_conflict' } }),
        request: (init) =>
          client.POST('/sandbox/{sandboxIdOrName}/snapshot', {
            params: { path: { sandboxIdOrName: sandbox } },
            body: { name },
            ...init,
          }),
        isDone: ({ state }) => state !== 'snapshotting',
      },
      context,
    );
    try {
      const made = await get(name, context);
      const isDone = ({ state }: WireSnapshot): boolean => !passing.has(state);
      return { ...(await poll(api, made, isDone, () => get(made.id, context), context)), pausedMs: null };
    } catch (error) {
      if (!isThawError(error, 'snapshot_not_found')) throw error;
      throw new ThawError('backend_error', `The server took the request and made no snapshot ${name}.`, {
        next: 'Look at the sandbox with sandbox_get, and choose a name that no snapshot has.',
        cause: error,
      });
    }
  }

  return {
    fromSandbox,
    get,
    async create(input, context) {
      const body = toBody(input);
      const operation = { name: 'createSnapshot', codes: { 409: 'name_conflict' } } as const;
      const made = await api.call(operation, WireSnapshot, context, (init) =>
        client.POST('/snapshots', { body: withoutUndefined(body), ...init }),
      );
      const isDone = ({ state }: WireSnapshot): boolean => !passing.has(state);
      return poll(api, made, isDone, () => get(made.id, context), context);
    },
    async list({ name, page = 1, limit = 100 }, context) {
      const operation = { name: 'getAllSnapshots', idempotent: true };
      const query = { page, limit, ...(name === undefined ? {} : { name }) };
      const {
        items,
        total,
        totalPages,
        page: shown,
      } = await api.call(operation, WireSnapshotPage, context, (init) =>
        client.GET('/snapshots', { params: { query }, ...init }),
      );
      return { items, total, totalPages, page: shown };
    },
    async delete(snapshot, context) {
      const last = await get(snapshot, context);
      const operation = onSnapshot('removeSnapshot', {
        retryConflict: false,
        codes: { 409: 'state_conflict' },
      });
      await api.call(operation, z.unknown(), context, (init) =>
        client.DELETE('/snapshots/{id}', { params: { path: { id: last.id } }, ...init }),
      );
      return { ...last, state: 'removing' };
    },
    async activate(snapshot, context) {
      const id = await idOf(snapshot, context);
      const operation = onSnapshot('activateSnapshot', { codes: { 400: 'state_conflict' } });
      const changed = await api.call(operation, WireSnapshot, context, (init) =>
        client.POST('/snapshots/{id}/activate', { params: { path: { id } }, ...init }),
      );
      const isDone = ({ state }: WireSnapshot): boolean => !passing.has(state);
      return poll(api, changed, isDone, () => get(id, context), context);
    },
    async deactivate(snapshot, context) {
      const id = await idOf(snapshot, context);
      const operation = onSnapshot('deactivateSnapshot', { codes: { 400: 'state_conflict' } });
      await api.call(operation, z.unknown(), context, (init) =>
        client.POST('/snapshots/{id}/deactivate', { params: { path: { id } }, ...init }),
      );
      return get(id, context);
    },
  };
}

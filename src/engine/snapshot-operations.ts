/** The engine's side of snapshots and builds: names to records, records to the API's shapes. */
import type { ListSnapshots, Snapshot, SnapshotPage } from '../../schemas/copies.ts';
import type { OperationGroups } from '../backend/port.ts';
import { ThawError } from '../errors.ts';
import type { EngineContext } from './context.ts';
import type { EngineInfo } from './docker/port.ts';
import type { Caller } from './organizations.ts';
import type { Pools } from './pool/pools.ts';
import { activateSnapshot, deactivateSnapshot } from './snapshot/activate-snapshot.ts';
import { createSnapshot } from './snapshot/create-snapshot.ts';
import { deleteSnapshot } from './snapshot/delete-snapshot.ts';
import { snapshotSandbox } from './snapshot/snapshot-sandbox.ts';
import { defaultSnapshotToApi, snapshotToApi } from './snapshot/to-api.ts';
import type { SnapshotRecord } from './store/records.ts';

const DEFAULT_LIMIT = 100;
const DEFAULT_LOG_BYTES = 20_000;

function listSnapshots(
  context: EngineContext,
  { name, page = 1, limit = DEFAULT_LIMIT }: ListSnapshots,
  caller: Caller,
): SnapshotPage {
  const named = context.snapshots.of(caller).filter(({ buildKey }) => buildKey === null);
  const all: Snapshot[] = [...named.map(snapshotToApi), defaultSnapshotToApi(context)];
  const found = all.filter((snapshot) => name === undefined || snapshot.name.startsWith(name));
  const items = found.slice((page - 1) * limit, page * limit);
  return { items, total: found.length, page, totalPages: Math.ceil(found.length / limit) };
}

function requireRecord({ snapshots }: EngineContext, reference: string, caller: Caller): SnapshotRecord {
  const record = snapshots.record(reference, caller);
  if (record !== null) return record;
  throw new ThawError('snapshot_not_found', `Snapshot with name ${reference} not found`, {
    next: 'Call snapshot_list to see which there are.',
  });
}

export function snapshotOperations(
  context: EngineContext,
  pools: Pools,
  info: EngineInfo,
): OperationGroups['snapshots'] {
  const { registry, snapshots } = context;
  return {
    create: async (input, call) => snapshotToApi(await createSnapshot(context, pools, info, input, call)),
    async fromSandbox(sandbox, name, call) {
      const source = registry.find(sandbox, call);
      const { record, pausedMs } = await snapshotSandbox(context, pools, source, name, call);
      return { ...snapshotToApi(record), pausedMs };
    },
    list: async (query, call) => listSnapshots(context, query, call),
    get: async (reference, call) =>
      snapshots.isDefault(reference)
        ? defaultSnapshotToApi(context)
        : snapshotToApi(requireRecord(context, reference, call)),
    delete: async (reference, call) => ({
      ...snapshotToApi(await deleteSnapshot(context, pools, reference, call)),
      state: 'removing',
    }),
    activate: async (reference, call) => snapshotToApi(activateSnapshot(context, pools, reference, call)),
    deactivate: async (reference, call) =>
      snapshotToApi(await deactivateSnapshot(context, pools, reference, call)),
  };
}

export function buildOperations(context: EngineContext): OperationGroups['builds'] {
  const { registry, buildLogs } = context;
  const ofSandbox = (name: string, caller: Caller) => {
    const { record } = registry.find(name, caller);
    if (record.build === null) throw new ThawError('no_build', `Sandbox ${record.name} has no build info`);
    return { id: record.build.id, state: record.state };
  };
  const ofSnapshot = (reference: string, caller: Caller) => {
    const isDefault = context.snapshots.isDefault(reference);
    const record = isDefault ? null : requireRecord(context, reference, caller);
    if (record === null || record.dockerfile === null)
      throw new ThawError('no_build', `Snapshot ${reference} has no build info`);
    return { id: record.id, state: record.state };
  };
  const logs = async ({ id, state }: { id: string | null; state: string }, maxBytes = DEFAULT_LOG_BYTES) => {
    const { text, totalBytes, truncated } =
      id === null ? { text: '', totalBytes: 0, truncated: false } : await buildLogs.read(id, maxBytes);
    return { state, logs: text, totalBytes, truncated };
  };
  return {
    sandboxLogs: async (sandbox, { maxBytes }, call) => await logs(ofSandbox(sandbox, call), maxBytes),
    snapshotLogs: async (snapshot, { maxBytes }, call) => await logs(ofSnapshot(snapshot, call), maxBytes),
    async sandboxLogsUrl(sandbox, call) {
      const { id } = ofSandbox(sandbox, call);
      if (id === null) throw new ThawError('no_build', 'The build has not begun: there is no log yet.');
      return { url: await buildLogs.url(id) };
    },
    snapshotLogsUrl: async (snapshot, call) => ({
      url: await buildLogs.url(ofSnapshot(snapshot, call).id),
    }),
  };
}

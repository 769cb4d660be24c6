/** Tells listeners of changes to records, in the words of the API; without listeners it costs nothing. */
import type { Volume } from '../../schemas/volumes.ts';
import type { BackendEvent, BackendListener, EventFeed } from '../backend/events.ts';
import { ThawError } from '../errors.ts';
import type { EngineContext } from './context.ts';
import { toApiSandbox } from './lifecycle/to-api.ts';
import type { Organization } from './organizations.ts';
import type { RecordChange } from './record-change.ts';
import { snapshotToApi } from './snapshot/to-api.ts';
import type { SandboxRecord, SnapshotRecord, VolumeRecord } from './store/records.ts';
import { volumeToApi } from './volumes/to-api.ts';

const MAX_LISTENERS = 64;

type Bare<Event> = Event extends BackendEvent ? Omit<Event, 'organizationId'> : never;

/** Watches the records from now on. */
export function watchChanges(context: EngineContext): EventFeed {
  const { registry, snapshots, volumes, log } = context;
  const listeners = new Set<BackendListener>();

  const tell = (organization: Organization, event: Bare<BackendEvent>): void => {
    const whole: BackendEvent = { ...event, organizationId: organization };
    for (const listener of listeners) {
      try {
        listener(whole);
      } catch (error) {
        log.error({ err: error, event: event.kind }, 'a listener for changes failed');
      }
    }
  };

  const sandboxChanged: RecordChange<SandboxRecord> = (before, after) => {
    const record = after ?? before;
    if (listeners.size === 0 || record === null) return;
    const gone = { state: 'destroyed', desiredState: 'destroyed' } as const;
    const now: SandboxRecord = after ?? { ...record, ...gone };
    const sandbox = toApiSandbox(context, now);
    if (before === null) {
      tell(record.organizationId, { kind: 'sandbox.created', sandbox });
      return;
    }
    const { state: oldState, desiredState: oldDesiredState } = before;
    const { state: newState, desiredState: newDesiredState } = now;
    if (oldDesiredState !== newDesiredState) {
      const change = { oldDesiredState, newDesiredState };
      tell(record.organizationId, { kind: 'sandbox.desired-state.updated', sandbox, ...change });
    }
    if (oldState !== newState)
      tell(record.organizationId, { kind: 'sandbox.state.updated', sandbox, oldState, newState });
  };

  const snapshotChanged: RecordChange<SnapshotRecord> = (before, after) => {
    const record = after ?? before;
    // What is built for sandboxes is nobody's snapshot.
    if (listeners.size === 0 || record === null || record.buildKey !== null) return;
    const snapshot = snapshotToApi(record);
    if (before === null) tell(record.organizationId, { kind: 'snapshot.created', snapshot });
    else if (after === null) tell(record.organizationId, { kind: 'snapshot.removed', snapshot });
    else if (before.state !== after.state) {
      const change = { oldState: before.state, newState: after.state };
      tell(record.organizationId, { kind: 'snapshot.state.updated', snapshot, ...change });
    }
  };

  const volumeChanged: RecordChange<VolumeRecord> = (before, after) => {
    const record = after ?? before;
    if (listeners.size === 0 || record === null) return;
    const api: Volume = volumeToApi(context, record);
    const volume: Volume = after === null ? { ...api, state: 'deleted' } : api;
    if (before === null) tell(record.organizationId, { kind: 'volume.created', volume });
    else if (before.state !== volume.state) {
      const change = { oldState: before.state, newState: volume.state };
      tell(record.organizationId, { kind: 'volume.state.updated', volume, ...change });
    } else if (before.lastUsedAt !== after?.lastUsedAt)
      tell(record.organizationId, { kind: 'volume.lastUsedAt.updated', volume });
  };

  registry.watch(sandboxChanged);
  snapshots.watch(snapshotChanged);
  volumes.watch(volumeChanged);
  return {
    subscribe(listener) {
      if (listeners.size >= MAX_LISTENERS) {
        throw new ThawError('capacity', `There are ${MAX_LISTENERS} listeners for changes already.`);
      }
      // One of its own for each subscription: the same function may be given twice.
      const own: BackendListener = (event) => listener(event);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
  };
}

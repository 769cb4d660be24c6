/** At start: what a crash left of snapshots that were being made or removed, images without a record, and their logs. */
import type { EngineContext } from '../context.ts';
import { removeImages, strayImages } from '../reconcile/strays.ts';
import type { SnapshotRecord } from '../store/records.ts';

const LASTING: ReadonlySet<string> = new Set(['active', 'inactive', 'error', 'build_failed']);
const CAUSE = 'Thaw ended before it was made. Delete it, or create it again under the same name.';

/** A caller may have been told that it is under way: such a record says what became of it, others just go. */
function settle({ snapshots, clock }: EngineContext, record: SnapshotRecord): void {
  const wasAnswered = record.state === 'pending' || record.state === 'pulling' || record.state === 'building';
  if (!wasAnswered || record.buildKey !== null) {
    snapshots.drop(record);
    return;
  }
  const state = record.dockerfile === null ? 'error' : 'build_failed';
  snapshots.put({ ...record, state, pulled: null, errorReason: CAUSE, updatedAt: clock.now() });
}

export async function reconcileSnapshots(context: EngineContext): Promise<void> {
  const { snapshots, docker, log, buildLogs, registry } = context;
  for (const record of snapshots.records()) {
    if (LASTING.has(record.state)) continue;
    log.info({ snapshot: record.name, state: record.state }, 'undoing an unfinished snapshot');
    await docker.removeImage(record.image);
    if (record.pulled !== null) await docker.removeImage(record.pulled);
    settle(context, record);
  }
  await removeImages(context, await strayImages(context));
  await buildLogs.sweep(
    new Set([
      ...snapshots.records().map(({ id }) => id),
      ...registry.all().flatMap(({ record: { build } }) => build?.id ?? []),
    ]),
  );
}

/**
 * Brings records and containers together after a start of the owner: unfinished operations are finished or
 * undone, running sandboxes and parked containers are adopted, containers without a record are removed.
 */

import { storedObjects } from '../archive/stored-objects.ts';
import { forEachBounded } from '../bounded.ts';
import type { EngineContext } from '../context.ts';
import { adoptGuest } from '../guest/guest.ts';
import { ownerFilter, ROLE_LABEL, SANDBOX_LABEL } from '../labels.ts';
import { defaultNetwork } from '../network/policy.ts';
import type { Pools } from '../pool/pools.ts';
import { reconcileSnapshots } from '../snapshot/reconcile-snapshots.ts';
import type { JournalEntry } from '../store/records.ts';
import { reconcileVolumes } from '../volumes/delete-volume.ts';
import { adoptParked } from './adopt-parked.ts';
import { reconcileSandbox } from './reconcile-sandbox.ts';
import { listSandboxContainers, removeContainers, strayContainers } from './strays.ts';

export interface ReconcileReport {
  readonly sandboxes: number;
  readonly adoptedParked: number;
  readonly removedContainers: number;
}

/** Runs before anything is served. Never throws for the trouble of a single sandbox. */
export async function reconcile(context: EngineContext, pools: Pools): Promise<ReconcileReport> {
  const { docker, store, registry, owner } = context;
  const found = [
    ...(await listSandboxContainers(context)),
    // Nothing is being set up at this moment.
    ...(await docker.listContainers({ ...ownerFilter(owner), [ROLE_LABEL]: 'setup' })),
  ];
  const unfinished = new Map<string, JournalEntry>(store.journal().map((entry) => [entry.sandboxId, entry]));
  const parked = store.parked();
  for (const record of store.sandboxes()) registry.add(record);

  const strays = new Set(strayContainers(context, found));
  const removedContainers = await removeContainers(context, [...strays]);

  const containers = new Map(
    found.flatMap((container) =>
      strays.has(container) ? [] : [[container.labels[SANDBOX_LABEL] ?? '', container] as const],
    ),
  );
  await forEachBounded(registry.all(), (sandbox) =>
    reconcileSandbox(
      context,
      sandbox,
      unfinished.get(sandbox.record.id) ?? null,
      containers.get(sandbox.record.id) ?? null,
    ),
  );

  await context.objects.sweep(storedObjects(registry.all().map(({ record }) => record)));

  await reconcileSnapshots(context);

  let adopted = 0;
  await forEachBounded(parked, async (record) => {
    if (
      await adoptParked(context, pools.byImage(record.imageId), record, () =>
        adoptGuest(context, record.id, record.containerId, defaultNetwork),
      )
    )
      adopted += 1;
  });
  await reconcileVolumes(context);
  return { sandboxes: registry.size, adoptedParked: adopted, removedContainers };
}

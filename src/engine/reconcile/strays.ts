/** Containers and images that no record knows: what interrupted work left. Found by their labels, removed without harm. */
import { forEachBounded } from '../bounded.ts';
import { removeWithPeers } from '../build/build-network.ts';
import type { EngineContext } from '../context.ts';
import type { ContainerSummary } from '../docker/port.ts';
import { ownerFilter, ROLE_LABEL, SANDBOX_LABEL } from '../labels.ts';

/** The containers of sandboxes, parked ones included. */
export const listSandboxContainers = ({
  docker,
  owner,
}: EngineContext): Promise<readonly ContainerSummary[]> =>
  docker.listContainers({ ...ownerFilter(owner), [ROLE_LABEL]: 'sandbox' });

/** What of `found` belongs to no sandbox, is not parked, and is not being made. `found` is listed before this is asked. */
export function strayContainers(
  { registry, store, unrecorded }: EngineContext,
  found: readonly ContainerSummary[],
): readonly ContainerSummary[] {
  const parked = new Set<string>(store.parked().map(({ containerId }) => containerId));
  const sandboxes = new Map(registry.all().map((sandbox) => [String(sandbox.record.id), sandbox]));
  return found.filter(({ id, labels }) => {
    const sandboxId = labels[SANDBOX_LABEL] ?? '';
    const sandbox = sandboxes.get(sandboxId);
    // An operation under way may be making its container, or removing it.
    if (sandbox !== undefined) return sandbox.record.containerId !== id && !sandbox.isBusy;
    return !parked.has(id) && !unrecorded.has(sandboxId);
  });
}

/** Answers how many are gone. One that cannot be removed is left to the next time. */
export async function removeContainers(
  { docker, log }: EngineContext,
  strays: readonly ContainerSummary[],
): Promise<number> {
  let removed = 0;
  await forEachBounded(strays, async ({ id, labels }) => {
    const sandbox = labels[SANDBOX_LABEL];
    log.info({ container: id, sandbox }, 'removing a container that has no record');
    try {
      await removeWithPeers(docker, id);
      removed += 1;
    } catch (error) {
      log.error(
        { err: error, container: id },
        'a stray container could not be removed; it is tried again later',
      );
    }
  });
  return removed;
}

export interface StrayImage {
  /** What it is removed by: its reference, or its id when it has none. */
  readonly reference: string;
  readonly id: string;
  readonly sizeBytes: number;
}

const IS_OVER: ReadonlySet<string> = new Set(['active', 'inactive', 'error', 'build_failed']);
const HAS_FAILED: ReadonlySet<string> = new Set(['error', 'build_failed']);

/** Images of snapshots that have no record, or whose snapshot failed and will never be used. */
export async function strayImages({
  docker,
  owner,
  snapshots,
}: EngineContext): Promise<readonly StrayImage[]> {
  const found = await docker.listImages(ownerFilter(owner));
  const records = snapshots.records();
  const needed = new Set(records.flatMap(({ image, state }) => (HAS_FAILED.has(state) ? [] : [image])));
  // An image has no name for the moment before it gets one.
  const isMaking = records.some(({ state }) => !IS_OVER.has(state));
  return found.flatMap(({ id, references, sizeBytes }) => {
    const named = references.filter((reference) => !reference.startsWith('<none>'));
    if (named.length === 0) return isMaking ? [] : [{ reference: id, id, sizeBytes }];
    return named.flatMap((reference) => (needed.has(reference) ? [] : [{ reference, id, sizeBytes }]));
  });
}

/** Answers those that are gone. One that a container or another image still needs stays. */
export async function removeImages(
  { docker, log }: EngineContext,
  strays: readonly StrayImage[],
): Promise<readonly StrayImage[]> {
  const removed: StrayImage[] = [];
  for (const stray of strays) {
    try {
      await docker.removeImage(stray.reference);
      removed.push(stray);
    } catch (error) {
      log.warn({ err: error, image: stray.reference }, 'an image without a record could not be removed');
    }
  }
  return removed;
}

/** What a Docker Engine that went away in the middle of work left behind: to be called when it is back. */
export async function sweepStrays(context: EngineContext): Promise<void> {
  await removeContainers(context, strayContainers(context, await listSandboxContainers(context)));
  await removeImages(context, await strayImages(context));
}

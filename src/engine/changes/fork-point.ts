/**
 * What a sandbox was when it was forked: the difference of its source as far as `sandbox_diff` shows one, read while the
 * source stands still and written to the object store after the fork has answered. The children of a fork share it.
 */
import { ThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import { requireHostFiles } from '../difference/still-files.ts';
import type { DifferenceReader } from '../host/port.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import type { SandboxRecord } from '../store/records.ts';
import type { Difference } from './compare.ts';
import { readTree } from './read-tree.ts';
import { MAX_SHOWN_BYTES } from './report.ts';

const BOUNDS = { fileBytes: MAX_SHOWN_BYTES, contentBytes: 32 * 1024 * 1024 } as const;
/** About sixty thousand files beside their contents; of more nothing is kept. */
const MAX_STREAM_BYTES = 128 * 1024 * 1024;

/** What was read of a source that may go on since. To be kept, or aborted. */
export type ForkPoint = DifferenceReader;

/** To be called while the source stands still. Null, and a line in the log, when it cannot be read: no fork fails for that. */
export async function takeForkPoint(context: EngineContext, upper: string): Promise<ForkPoint | null> {
  try {
    // It is read when the fork is done: nothing of it may wait for that.
    const reader = await requireHostFiles(context).show(upper, '', BOUNDS, Number.MAX_SAFE_INTEGER);
    await reader.taken;
    return reader;
  } catch (error) {
    context.log.warn({ err: error }, 'a fork point cannot be read');
    return null;
  }
}

async function* bounded(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > MAX_STREAM_BYTES)
      throw new ThawError('file_too_large', 'Too many files had changed for the fork point to be kept.');
    yield chunk;
  }
}

/** Writes it down in the background, for those of the children that are still there then. */
export function keepForkPoint(
  { background, objects, registry }: EngineContext,
  children: readonly ManagedSandbox[],
  point: ForkPoint,
): void {
  const [first] = children;
  if (first === undefined) {
    point.abort();
    return;
  }
  const reader = { ...point, chunks: bounded(point.chunks) };
  const kept = objects.put(first.record.id, reader, { compress: true }).then(async (forkPoint) => {
    const left = children.filter((child) => registry.byId(child.record.id) === child);
    for (const child of left) registry.update(child, { forkPoint });
    if (left.length === 0) await objects.remove(forkPoint.object);
  });
  const settled = kept.catch(() => undefined);
  for (const child of children) child.forkPointKept = settled;
  background.run('fork point', async () => {
    await kept.finally(() => {
      for (const child of children) child.forkPointKept = null;
    });
  });
}

/** Removes it when no other sandbox has it. To be called when this one is out of the registry. */
export async function releaseForkPoint(
  { objects, registry }: EngineContext,
  { forkPoint }: SandboxRecord,
): Promise<void> {
  if (forkPoint === null) return;
  const isShared = registry.all().some(({ record }) => record.forkPoint?.object === forkPoint.object);
  if (!isShared) await objects.remove(forkPoint.object);
}

/** Throws `state_conflict` when it was not forked or its fork point was not kept, and `archive_damaged`. */
export async function forkPointOf(context: EngineContext, sandbox: ManagedSandbox): Promise<Difference> {
  await sandbox.forkPointKept;
  const { name, parentId, forkPoint } = sandbox.record;
  if (forkPoint !== null) return await readTree(context.objects.read(forkPoint));
  throw new ThawError(
    'state_conflict',
    parentId === null
      ? `Sandbox ${name} was not forked from another one.`
      : `The state of sandbox ${name} at its fork was not kept: too many files had changed, or there was no room for it.`,
    { next: 'Leave since out to compare it with its snapshot.' },
  );
}

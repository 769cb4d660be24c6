/** Writes the difference of a sandbox into the object store, and replays one from there. */
import type { EngineContext } from '../context.ts';
import { requireHostFiles, type StillResult, withStillFiles } from '../difference/still-files.ts';
import type { Guest } from '../guest/guest.ts';
import type { Run } from '../lifecycle/operation.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import type { ArchiveRecord } from '../store/records.ts';

/**
 * Stores the files as they are at one moment; the sandbox goes on as soon as they are read. Compressed on the host where it
 * has zstd; else here. Throws what `ObjectStore.put` does.
 */
export async function storeDifference(
  context: EngineContext,
  sandbox: ManagedSandbox,
  signal: AbortSignal,
): Promise<StillResult<ArchiveRecord>> {
  const files = requireHostFiles(context);
  const { id, imageId, archive } = sandbox.record;
  const compress = files.codec === 'none';
  const { result, pausedMs } = await withStillFiles(context, sandbox, async ({ upper, heldBytes }) => {
    const reader = await files.read(upper, files.codec, heldBytes);
    const storing = context.objects.put(id, reader, { compress, replaces: archive?.object, signal });
    storing.catch(() => undefined);
    await reader.taken;
    return { storing };
  });
  const stored = await result.storing;
  const codec = compress ? 'brotli' : 'zstd';
  return { result: { ...stored, codec, imageId, createdAt: context.clock.now() }, pausedMs };
}

/** Replays an archive into a running container. Throws `archive_damaged`; the container is of no use then. */
export async function replayArchive(
  context: EngineContext,
  guest: Guest,
  archive: ArchiveRecord,
): Promise<void> {
  const files = requireHostFiles(context);
  const writer = await files.apply(
    files.rootDirectory(guest.place),
    archive.codec === 'zstd' ? 'zstd' : 'none',
  );
  try {
    for await (const chunk of context.objects.read(archive)) await writer.write(chunk);
    await writer.finish();
  } catch (error) {
    writer.abort();
    throw error;
  }
}

/**
 * Makes `archive` the one of the sandbox, on disk first; the object that it replaces goes last. No change of state: that
 * is the operation's own. Throws, with the new object gone, when the operation was given up in the meantime.
 */
export async function adoptArchive(
  context: EngineContext,
  run: Run,
  archive: ArchiveRecord,
  alongside: () => void,
): Promise<void> {
  const { sandbox } = run;
  if (run.isOver) await context.objects.remove(archive.object);
  run.check();
  const former = sandbox.record.archive;
  context.registry.update(sandbox, { archive, backupState: 'Completed' }, alongside);
  if (former !== null) await context.objects.remove(former.object);
}

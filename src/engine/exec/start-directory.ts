/** Where a command or a relative path starts. */
import type { EngineContext } from '../context.ts';
import { defaultUser } from '../lifecycle/new-record.ts';
import type { SandboxRecord } from '../store/records.ts';

/**
 * The image's WORKDIR for the image's own user, whom it was meant for; others start in their home, for which this is
 * undefined. `wanted` is what the caller asks for, from there when it is relative.
 */
export function startDirectory(
  context: EngineContext,
  record: SandboxRecord,
  user: string,
  wanted?: string,
): string | undefined {
  const workingDir = context.snapshots.traits(record.imageId)?.workingDir ?? '';
  if (wanted?.startsWith('/') === true || workingDir === '' || workingDir === '/') return wanted;
  if (user !== defaultUser(context, record)) return wanted;
  return wanted === undefined ? workingDir : `${workingDir}/${wanted}`;
}

/** Which files of the object store are somebody's. */
import type { SandboxRecord } from '../store/records.ts';

/** The names of all archives, backups and fork points of these sandboxes. */
export const storedObjects = (
  records: readonly Pick<SandboxRecord, 'archive' | 'forkPoint'>[],
): ReadonlySet<string> =>
  new Set(
    records.flatMap(({ archive, forkPoint }) => [archive?.object ?? [], forkPoint?.object ?? []].flat()),
  );

/** Which files of the object store are somebody's. */
import type { ManagedSandbox } from '../managed-sandbox.ts';

/** The names of all archives, backups and fork points that records name. */
export const storedObjects = (sandboxes: readonly ManagedSandbox[]): Set<string> =>
  new Set(
    sandboxes.flatMap(({ record: { archive, forkPoint } }) => [
      ...(archive === null ? [] : [archive.object]),
      ...(forkPoint === null ? [] : [forkPoint.object]),
    ]),
  );

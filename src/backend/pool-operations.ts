/** The pools of parked sandboxes, each of one snapshot (API: `WarmPool`). */
import type { CallContext } from './port.ts';

export interface SandboxPool {
  readonly organizationId: string;
  readonly snapshotId: string;
  readonly snapshot: string;
  /** How many are kept ready. */
  readonly target: number;
  readonly parked: number;
  readonly cpu: number;
  readonly memoryGiB: number;
  readonly user: string;
  readonly error: string | null;
  /** API timestamps; null for the default snapshot. */
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
}

export interface PoolOperations {
  /** Those with a size of their own, the default snapshot's included. */
  list(context: CallContext): Promise<readonly SandboxPool[]>;
  /** `snapshot` is an id or a name; null leaves the size to its use. Throws `unsupported` for the default snapshot. */
  resize(snapshot: string, target: number | null, context: CallContext): Promise<SandboxPool>;
}

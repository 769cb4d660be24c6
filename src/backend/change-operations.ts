/** What changed in the files of a sandbox. */
import type { DiffSandbox, SandboxDiff } from '../../schemas/changes.ts';
import type { CallContext } from './port.ts';

export interface ChangeOperations {
  /**
   * Started, paused or stopped sandboxes; nothing of the sandbox's own is run. Throws `state_conflict` in other states,
   * and where the fork point is asked for and there is none; `file_not_found` when path was never there; `busy`.
   */
  diff(sandbox: string, request: DiffSandbox, context: CallContext): Promise<SandboxDiff>;
}

/** Shell texts that run to their end, however long that is, with one merged output. */
import type { RunCommand, RunOutcome } from '../../schemas/command.ts';
import type { CallContext } from './port.ts';

export interface CommandOperations {
  /**
   * The text is the standard input of the user's shell. A command that fails is a result. Throws `command_not_started`, and
   * `execution_timeout` at its limit: its process group is killed then, as it is when the caller goes away.
   */
  run(sandbox: string, request: RunCommand, context: CallContext): Promise<RunOutcome>;
}

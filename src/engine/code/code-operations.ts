/** One-shot programs in sandboxes. */
import type { CodeOperations } from '../../backend/code-operations.ts';
import { isThawError, ThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import { atWork, placeOf } from './code-place.ts';
import { runProgram } from './run-program.ts';

export const codeOperations = (context: EngineContext): CodeOperations => ({
  async run(name, request, call) {
    const sandbox = context.registry.find(name, call);
    return await atWork(context, sandbox, async () => {
      try {
        return await runProgram(await placeOf(context, sandbox, { env: request.env }), request, call);
      } catch (error) {
        if (!isThawError(error, 'agent_unreachable') || sandbox.record.state === 'started') throw error;
        throw new ThawError('state_conflict', `Sandbox ${name} was stopped while the code ran.`, {
          cause: error,
        });
      }
    });
  },
});

/** The tasks extension for clients of revision 2026-07-28. The older era's experiment of that name is not served. */
import {
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { toThawError } from '../../errors.ts';
import type { CallOutcome } from '../call-tool.ts';
import type { McpServerDependencies } from '../tool-request.ts';
import { beginTask, cancelTask, getTask, requireTask, UnknownTaskError } from './follow-task.ts';
import { type CreatedTask, followsTasks, TaskParams, tasksCapability, UpdateParams } from './protocol.ts';

/** A call's answer as a task, when its work goes on and its client follows tasks; null when the result is the answer. */
export function taskFor(
  tool: string,
  { work, result }: CallOutcome,
  envelope: unknown,
  dependencies: McpServerDependencies,
): (CreatedTask & { content: [] }) | null {
  if (work === null || result.isError === true || !followsTasks(envelope)) return null;
  const task = beginTask(tool, work, dependencies);
  // The SDK would put an empty content there by itself.
  return task === null ? null : { ...task, content: [] };
}

function toProtocolError(thrown: unknown): ProtocolError {
  if (thrown instanceof UnknownTaskError)
    return new ProtocolError(ProtocolErrorCode.InvalidParams, `Task not found. ${thrown.message}`);
  const { code, message, next } = toThawError(thrown);
  return new ProtocolError(ProtocolErrorCode.InternalError, `${code}: ${message} ${next}`);
}

export function offerTasks(server: Server, dependencies: McpServerDependencies): void {
  if (dependencies.tasks === undefined) return;
  const guarded =
    <Params, Result>(answer: (params: Params, signal: AbortSignal) => Promise<Result>) =>
    async (params: Params, { mcpReq }: ServerContext): Promise<Result> => {
      if (!followsTasks(mcpReq.envelope))
        throw new MissingRequiredClientCapabilityError({ requiredCapabilities: tasksCapability });
      try {
        return await answer(params, mcpReq.signal);
      } catch (error) {
        throw toProtocolError(error);
      }
    };
  server.setRequestHandler(
    'tasks/get',
    { params: TaskParams },
    guarded(async ({ taskId }, signal) => await getTask(taskId, dependencies, signal)),
  );
  server.setRequestHandler(
    'tasks/update',
    { params: UpdateParams },
    // No task asks for anything, and answers to what was not asked are to be ignored.
    guarded(async ({ taskId }) => {
      requireTask(taskId, dependencies);
      return {};
    }),
  );
  server.setRequestHandler(
    'tasks/cancel',
    { params: TaskParams },
    guarded(async ({ taskId }, signal) => {
      await cancelTask(taskId, dependencies, signal);
      return {};
    }),
  );
}

/** One `tools/call` of any protocol revision: finds the tool, passes cancellation and progress on, calls it. */
import type { Tool } from '../../tools/define-tool.ts';
import type { CallContext } from '../backend/port.ts';
import { suggest } from '../suggest.ts';
import type { CallLimit } from './call-limit.ts';
import { type CallDependencies, type CallOutcome, callTool } from './call-tool.ts';
import type { Catalogue } from './catalogue.ts';
import { checkPermission } from './permission.ts';
import { ProgressReporter } from './progress.ts';
import type { TaskBook } from './tasks/task-book.ts';

/** Calls of one client: enough for any burst of an agent, few enough to bound what it can hold. */
export const CALLS_OF_ONE_CLIENT = { running: 128, waiting: 1024 };

/** What every server of a client is made of, whatever revision it speaks. */
export interface McpServerDependencies extends CallDependencies {
  readonly catalogue: Catalogue;
  /** Whose sandboxes it sees. Null or absent: the owner's own organization. */
  readonly organizationId?: string | null;
  /** What the caller's key allows. Absent: everything, as for local clients. */
  readonly can?: (permission: string) => boolean;
  /** Who calls, as far as callers are told apart. Absent: the user of this machine. */
  readonly principal?: string;
  /** Absent: calls never become tasks. */
  readonly tasks?: TaskBook;
}

export interface ProgressParams {
  readonly progressToken: string | number;
  readonly progress: number;
  readonly message: string;
  readonly [key: string]: unknown;
}

export interface ToolRequest {
  readonly name: string;
  readonly arguments: unknown;
  readonly progressToken: string | number | undefined;
  /** Aborted when the caller cancels, or goes away where that means the same. */
  readonly signal: AbortSignal;
  sendProgress(params: ProgressParams): Promise<void>;
}

/** The caller named a tool that is not listed to it; the protocol answers that with an error and no result. */
export class UnknownToolError extends Error {
  override readonly name = 'UnknownToolError';

  constructor(tool: string, names: readonly string[]) {
    const guess = suggest(tool, names);
    const hint = guess === null ? `The tools are: ${names.join(', ')}.` : `Did you mean "${guess}"?`;
    super(`Unknown tool "${tool.slice(0, 64)}". ${hint}`);
  }
}

/** What an operation gets beside its input, for a request that shows no progress. */
export const contextOf = ({ organizationId }: McpServerDependencies, signal: AbortSignal): CallContext => ({
  signal,
  ...(typeof organizationId === 'string' ? { organizationId } : {}),
});

function openProgress(request: ToolRequest, dependencies: CallDependencies): ProgressReporter | null {
  const { progressToken, name } = request;
  if (progressToken === undefined) return null;
  const { clock, log } = dependencies;
  const send = (progress: number, message: string): void => {
    request
      .sendProgress({ progressToken, progress, message })
      .catch((error: unknown) => log.debug({ err: error }, 'progress could not be sent'));
  };
  return new ProgressReporter({ clock, send, label: `${name} is running` });
}

/** The tool, or one that answers what the caller's key lacks. */
function permitted(tool: Tool, can: McpServerDependencies['can']): Tool {
  if (can === undefined) return tool;
  return {
    ...tool,
    handle: async (input, call) => {
      checkPermission(tool, can);
      return await tool.handle(input, call);
    },
  };
}

/** Throws UnknownToolError; everything else that goes wrong is an error result. */
export async function answerToolRequest(
  request: ToolRequest,
  limit: CallLimit,
  dependencies: McpServerDependencies,
): Promise<CallOutcome> {
  const { catalogue } = dependencies;
  const { signal } = request;
  const tool = catalogue.find(request.name);
  if (tool === undefined) throw new UnknownToolError(request.name, catalogue.names);
  const progress = openProgress(request, dependencies);
  const stop = (): void => progress?.stop();
  // A listener costs more than the rest of what is done here for a call.
  if (progress !== null) signal.addEventListener('abort', stop, { once: true });
  try {
    const context: CallContext = {
      ...contextOf(dependencies, signal),
      ...(progress === null ? {} : { progress: progress.report }),
    };
    return await callTool(
      permitted(tool, dependencies.can),
      request.arguments ?? {},
      context,
      limit,
      dependencies,
    );
  } finally {
    stop();
    if (progress !== null) signal.removeEventListener('abort', stop);
  }
}

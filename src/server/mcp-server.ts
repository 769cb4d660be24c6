/** The protocol's server for one connection: lists the tools, calls them, passes cancellation and progress on. */
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
  type ProgressToken,
} from '@modelcontextprotocol/sdk/types.js';
import { suggest } from '../suggest.ts';
import { version } from '../version.ts';
import { CallLimit } from './call-limit.ts';
import { type CallDependencies, callTool } from './call-tool.ts';
import type { Catalogue } from './catalogue.ts';
import { instructions } from './instructions.ts';
import { ProgressReporter } from './progress.ts';

/** Calls of one connection: enough for any burst of an agent, few enough to bound what one client can hold. */
const CALL_LIMIT = { running: 128, waiting: 1024 };

/** The SDK would build one of its own for each connection; Thaw never asks clients for input. */
const noSchemaValidator = {
  getValidator: (): never => {
    throw new McpError(ErrorCode.InternalError, 'Thaw does not ask clients for input.');
  },
};

export interface McpServerDependencies extends CallDependencies {
  readonly catalogue: Catalogue;
}

function unknownTool(name: string, catalogue: Catalogue): McpError {
  const guess = suggest(name, catalogue.names);
  const hint = guess === null ? `The tools are: ${catalogue.names.join(', ')}.` : `Did you mean "${guess}"?`;
  return new McpError(ErrorCode.InvalidParams, `Unknown tool "${name.slice(0, 64)}". ${hint}`);
}

/** A server to `connect` to one transport. Closing it aborts its calls. */
export function createMcpServer(dependencies: McpServerDependencies): Server {
  const { catalogue, clock, log } = dependencies;
  const server = new Server(
    { name: 'thaw', title: 'Thaw', version },
    { capabilities: { tools: {} }, instructions, jsonSchemaValidator: noSchemaValidator },
  );
  const limit = new CallLimit(CALL_LIMIT);

  const reporter = (label: string, token: ProgressToken | undefined): ProgressReporter | null => {
    if (token === undefined) return null;
    const send = (progress: number, message: string): void => {
      server
        .notification({
          method: 'notifications/progress',
          params: { progressToken: token, progress, message },
        })
        .catch((error: unknown) => log.debug({ err: error }, 'progress could not be sent'));
    };
    return new ProgressReporter({ clock, send, label });
  };

  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [...catalogue.listed] }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal, _meta }) => {
    const tool = catalogue.find(params.name);
    if (tool === undefined) throw unknownTool(params.name, catalogue);
    const progress = reporter(`${tool.name} is running`, _meta?.progressToken);
    const stop = (): void => progress?.stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const context = progress === null ? { signal } : { signal, progress: progress.report };
      return await callTool(tool, params.arguments ?? {}, context, limit, dependencies);
    } finally {
      stop();
      signal.removeEventListener('abort', stop);
    }
  });
  return server;
}

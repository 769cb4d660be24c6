/** The server for one request, or one connection, of revision 2026-07-28, over the same tools as the older ones. */
import { ProtocolError, ProtocolErrorCode, Server, type ServerOptions } from '@modelcontextprotocol/server';
import { version } from '../version.ts';
import type { CallLimit } from './call-limit.ts';
import type { ModernCall, ProtocolExtension } from './extension.ts';
import { instructions } from './instructions.ts';
import { offerModern } from './offer-modern.ts';
import { offerTasks, taskFor } from './tasks/offer-tasks.ts';
import { TASKS_EXTENSION } from './tasks/protocol.ts';
import { answerToolRequest, type McpServerDependencies, UnknownToolError } from './tool-request.ts';

/** What is listed follows from the owner's start and from who asks, so a client may keep it a while. */
const cacheHint = { ttlMs: 300_000, cacheScope: 'private' } as const;

/** The SDK would build one of its own for each request; Thaw never asks clients for input. */
const noSchemaValidator = {
  getValidator: (): never => {
    throw new ProtocolError(ProtocolErrorCode.InternalError, 'Thaw does not ask clients for input.');
  },
};

const toProtocolError = (error: unknown): unknown =>
  error instanceof UnknownToolError
    ? new ProtocolError(ProtocolErrorCode.InvalidParams, error.message)
    : error;

/** `limit` is shared by all servers of one client. */
export function createModernServer(
  dependencies: McpServerDependencies,
  limit: CallLimit,
  { modernOptions, extendModern }: ProtocolExtension = {},
): Server {
  const { catalogue } = dependencies;
  const own: ServerOptions = {
    capabilities: {
      tools: {},
      resources: {},
      prompts: {},
      completions: {},
      ...(dependencies.tasks === undefined ? {} : { extensions: { [TASKS_EXTENSION]: {} } }),
    },
    instructions,
    jsonSchemaValidator: noSchemaValidator,
    cacheHints: {
      'tools/list': cacheHint,
      'server/discover': cacheHint,
      'prompts/list': cacheHint,
      'resources/templates/list': cacheHint,
    },
  };
  const server = new Server({ name: 'thaw', title: 'Thaw', version }, { ...own, ...modernOptions });

  server.setRequestHandler('tools/list', () => ({ tools: [...catalogue.listed] }));
  const call: ModernCall = async ({ params }, { mcpReq }) => {
    try {
      const outcome = await answerToolRequest(
        {
          name: params.name,
          arguments: params.arguments,
          progressToken: mcpReq._meta?.progressToken,
          signal: mcpReq.signal,
          sendProgress: (progress) =>
            mcpReq.notify({ method: 'notifications/progress', params: { ...progress } }),
        },
        limit,
        dependencies,
      );
      return taskFor(params.name, outcome, mcpReq.envelope, dependencies) ?? outcome.result;
    } catch (error) {
      throw toProtocolError(error);
    }
  };
  server.setRequestHandler('tools/call', call);
  offerModern(server, dependencies);
  offerTasks(server, dependencies);
  extendModern?.(server, catalogue, call);
  return server;
}

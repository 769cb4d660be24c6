/** The server for one client of revisions up to 2025-11-25: lists the tools, calls them, passes progress on. */
import { Server, type ServerOptions } from '@modelcontextprotocol/sdk/server/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js';
import { version } from '../version.ts';
import { CallLimit } from './call-limit.ts';
import { type AnswerCall, DirectCalls } from './direct-calls.ts';
import type { ProtocolExtension } from './extension.ts';
import { instructions } from './instructions.ts';
import { offerLegacy } from './offer-legacy.ts';
import {
  answerToolRequest,
  CALLS_OF_ONE_CLIENT,
  type McpServerDependencies,
  UnknownToolError,
} from './tool-request.ts';

/** The SDK would build one of its own for each connection; Thaw never asks clients for input. */
const noSchemaValidator = {
  getValidator: (): never => {
    throw new McpError(ErrorCode.InternalError, 'Thaw does not ask clients for input.');
  },
};

const toProtocolError = (error: unknown): unknown =>
  error instanceof UnknownToolError ? new McpError(ErrorCode.InvalidParams, error.message) : error;

export interface LegacyServer {
  /** To `connect` to what `wrap` makes of one transport. Closing it aborts its calls. */
  readonly server: Server;
  /** Puts what answers plain calls in front of the server. */
  readonly wrap: (transport: Transport) => Transport;
}

export function createMcpServer(
  dependencies: McpServerDependencies,
  { legacyOptions, extendLegacy }: ProtocolExtension = {},
): LegacyServer {
  const { catalogue } = dependencies;
  const own: ServerOptions = {
    capabilities: { tools: {}, resources: {}, prompts: {}, completions: {} },
    instructions,
    jsonSchemaValidator: noSchemaValidator,
  };
  const server = new Server({ name: 'thaw', title: 'Thaw', version }, { ...own, ...legacyOptions });
  const limit = new CallLimit(CALLS_OF_ONE_CLIENT);
  const answer: AnswerCall = async (request) =>
    (await answerToolRequest(request, limit, dependencies)).result;

  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [...catalogue.listed] }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal, _meta, sendNotification }) => {
    const request = {
      name: params.name,
      arguments: params.arguments,
      progressToken: _meta?.progressToken,
      signal,
      sendProgress: (progress: { readonly progressToken: string | number; readonly progress: number }) =>
        sendNotification({ method: 'notifications/progress', params: { ...progress } }),
    };
    try {
      return await answer(request);
    } catch (error) {
      throw toProtocolError(error);
    }
  });
  offerLegacy(server, dependencies);
  extendLegacy?.(server, catalogue);
  // An extension may answer calls itself.
  const isExtended = extendLegacy !== undefined;
  return { server, wrap: (transport) => (isExtended ? transport : new DirectCalls(transport, answer)) };
}

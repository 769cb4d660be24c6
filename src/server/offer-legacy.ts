/** Resources, completion and prompts for clients of revisions up to 2025-11-25. */
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CompleteRequestSchema,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  McpError,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { toThawError } from '../errors.ts';
import { complete } from './completions.ts';
import { getPrompt, listedPrompts } from './prompts.ts';
import { listResources, offersResources, readResource, resourceTemplates } from './resources.ts';
import { contextOf, type McpServerDependencies } from './tool-request.ts';

/** These revisions' code for a resource that is not there. */
const NO_RESOURCE = -32_002;

const protocolError = (thrown: unknown, code: number): McpError => {
  const { code: word, message, next } = toThawError(thrown);
  return new McpError(code, `${word}: ${message} ${next}`);
};

export function offerLegacy(server: Server, dependencies: McpServerDependencies): void {
  const context = ({ signal }: { readonly signal: AbortSignal }) => contextOf(dependencies, signal);
  server.setRequestHandler(ListResourcesRequestSchema, async (_request, extra) => ({
    resources: await listResources(dependencies, context(extra)).catch((error: unknown) => {
      throw protocolError(error, ErrorCode.InternalError);
    }),
  }));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: offersResources(dependencies) ? resourceTemplates(dependencies) : [],
  }));
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params }, extra) => {
    try {
      return { contents: [await readResource(dependencies, params.uri, context(extra))] };
    } catch (error) {
      throw protocolError(error, NO_RESOURCE);
    }
  });
  server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts: listedPrompts() }));
  server.setRequestHandler(GetPromptRequestSchema, ({ params }) => {
    try {
      return getPrompt(params.name, params.arguments ?? {});
    } catch (error) {
      throw protocolError(error, ErrorCode.InvalidParams);
    }
  });
  server.setRequestHandler(CompleteRequestSchema, async ({ params }, extra) => {
    const { argument, context: known } = params;
    const request = { argument: argument.name, value: argument.value, others: known?.arguments ?? {} };
    return { completion: { ...(await complete(dependencies, request, context(extra))) } };
  });
}

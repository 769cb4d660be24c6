/** Resources, completion and prompts for clients of revision 2026-07-28. */
import { ProtocolError, ProtocolErrorCode, type Server } from '@modelcontextprotocol/server';
import { toThawError } from '../errors.ts';
import { complete } from './completions.ts';
import { getPrompt, listedPrompts } from './prompts.ts';
import { listResources, offersResources, readResource, resourceTemplates } from './resources.ts';
import { contextOf, type McpServerDependencies } from './tool-request.ts';

/** A resource that is not there is a wrong parameter in this revision. */
const protocolError = (thrown: unknown): ProtocolError => {
  const { code: word, message, next } = toThawError(thrown);
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `${word}: ${message} ${next}`);
};

export function offerModern(server: Server, dependencies: McpServerDependencies): void {
  const context = ({ mcpReq }: { readonly mcpReq: { readonly signal: AbortSignal } }) =>
    contextOf(dependencies, mcpReq.signal);
  server.setRequestHandler('resources/list', async (_request, extra) => {
    try {
      return { resources: await listResources(dependencies, context(extra)) };
    } catch (error) {
      throw protocolError(error);
    }
  });
  server.setRequestHandler('resources/templates/list', () => ({
    resourceTemplates: offersResources(dependencies) ? resourceTemplates(dependencies) : [],
  }));
  server.setRequestHandler('resources/read', async ({ params }, extra) => {
    try {
      return { contents: [await readResource(dependencies, params.uri, context(extra))] };
    } catch (error) {
      throw protocolError(error);
    }
  });
  server.setRequestHandler('prompts/list', () => ({ prompts: listedPrompts() }));
  server.setRequestHandler('prompts/get', ({ params }) => {
    try {
      return getPrompt(params.name, params.arguments ?? {});
    } catch (error) {
      throw protocolError(error);
    }
  });
  server.setRequestHandler('completion/complete', async ({ params }, extra) => {
    const { argument, context: known } = params;
    const request = { argument: argument.name, value: argument.value, others: known?.arguments ?? {} };
    return { completion: { ...(await complete(dependencies, request, context(extra))) } };
  });
}

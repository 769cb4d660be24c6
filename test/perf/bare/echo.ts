/**
 * A server of one tool that answers its argument, with the SDKs alone: what Thaw's round trips are held against. Run as
 * `echo.ts stdio`, or as `echo.ts http`, which prints its port and speaks both protocol eras.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { Server as LegacyServer } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { createMcpHandler, Server as ModernServer } from '@modelcontextprotocol/server';
import { newUuid } from '../../../src/ids.ts';

const info = { name: 'echo', version: '1' };
const options = { capabilities: { tools: {} } };
const answer = (given: Record<string, unknown> = {}) => ({
  content: [{ type: 'text' as const, text: JSON.stringify(given) }],
  structuredContent: given,
});

function legacyServer(): LegacyServer {
  const server = new LegacyServer(info, options);
  server.setRequestHandler(CallToolRequestSchema, ({ params }) => answer(params.arguments));
  return server;
}

function modernServer(): ModernServer {
  const server = new ModernServer(info, options);
  server.setRequestHandler('tools/call', ({ params }) => answer(params.arguments));
  return server;
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const part of request) text += String(part);
  return JSON.parse(text);
}

async function serveHttp(): Promise<void> {
  const modern = toNodeHandler(createMcpHandler(modernServer, { legacy: 'reject' }));
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = request.method === 'POST' ? await readBody(request) : undefined;
    if (request.headers['mcp-protocol-version'] === '2026-07-28') {
      const { method = '', url = '' } = request;
      await modern(Object.assign(request, { method, url }), response, body);
      return;
    }
    const known = sessions.get(String(request.headers['mcp-session-id']));
    if (known !== undefined) {
      await known.handleRequest(request, response, body);
      return;
    }
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: newUuid,
      onsessioninitialized: (id) => void sessions.set(id, transport),
    });
    await legacyServer().connect(transport);
    await transport.handleRequest(request, response, body);
  };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  server.listen({ host: '127.0.0.1', port: 0 }, () => {
    const address = server.address();
    process.stdout.write(`${typeof address === 'object' && address !== null ? address.port : 0}\n`);
  });
}

// Whoever started it ends it by closing its input.
process.stdin.on('end', () => process.exit()).resume();
if (process.argv[2] === 'http') await serveHttp();
else await legacyServer().connect(new StdioServerTransport());

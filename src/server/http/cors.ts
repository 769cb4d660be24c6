/**
 * Lets the pages of configured origins call MCP: browsers ask first. Requests of other origins never come this far, the
 * listener refuses them.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

const ASKED_AGAIN_AFTER_SECONDS = '600';
const headersOfCallers = [
  'authorization',
  'content-type',
  'accept',
  'last-event-id',
  'mcp-protocol-version',
  'mcp-session-id',
  'mcp-method',
  'mcp-name',
  'x-mcp-toolsets',
  'x-mcp-tools',
  'x-mcp-exclude-tools',
  'x-mcp-readonly',
  'x-mcp-sandbox',
];

/** Adds what a browser wants to see. True when the request only asked, and is answered with that. */
export function answerBrowser(request: IncomingMessage, response: ServerResponse): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return false;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('vary', 'Origin');
  response.setHeader('access-control-expose-headers', 'mcp-session-id, www-authenticate, retry-after');
  if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) {
    return false;
  }
  response.writeHead(204, {
    'access-control-allow-methods': 'GET, POST, DELETE',
    'access-control-allow-headers': headersOfCallers.join(', '),
    'access-control-max-age': ASKED_AGAIN_AFTER_SECONDS,
  });
  response.end();
  return true;
}

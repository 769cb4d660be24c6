/** Lets web pages call the API with a key in a header. No cookie or other credential of the browser is ever taken. */
import type { IncomingMessage } from 'node:http';

const METHODS = 'GET, POST, PUT, PATCH, DELETE, OPTIONS';
const EXPOSED = 'X-Daytona-Api-Version, X-Request-Id, Retry-After';

/** The origin is reflected, as the API does; it names nothing that a page could misuse without a key. */
export function corsHeaders({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const { origin } = headers;
  if (origin === undefined) return {};
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED, vary: 'Origin' };
}

export function preflightHeaders({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const wanted = headers['access-control-request-headers'];
  return {
    'access-control-allow-methods': METHODS,
    'access-control-allow-headers': wanted ?? 'authorization, content-type',
    'access-control-max-age': '600',
  };
}

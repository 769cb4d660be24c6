/** Lets web pages call: they show a key in a header, which no page can make a browser add by itself (reference §0.3). */
import type { IncomingMessage, ServerResponse } from 'node:http';

const DAY_SECONDS = '86400';

export const isPreflight = ({ method, headers }: IncomingMessage): boolean =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;

/** Without credentials: cookies count for nothing here. */
export function allowOrigin({ headers }: IncomingMessage, response: ServerResponse): void {
  const { origin } = headers;
  if (origin === undefined || headers['x-daytona-disable-cors'] !== undefined) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('vary', 'Origin');
  response.setHeader('access-control-expose-headers', 'content-disposition, content-length');
  const wanted = headers['access-control-request-headers'];
  if (headers['access-control-request-method'] === undefined) return;
  response.setHeader('access-control-allow-methods', 'GET, POST, PUT, PATCH, DELETE');
  if (wanted !== undefined) response.setHeader('access-control-allow-headers', wanted);
  response.setHeader('access-control-max-age', DAY_SECONDS);
}

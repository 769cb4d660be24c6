/** Shows a problem: a page to browsers, JSON to everything else. */
import { type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Problem } from './problem.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string): string => text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? '');

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:40em;margin:15vh auto;padding:0 1em;color:#222;background:#fff}h1{font-size:1.4em}@media(prefers-color-scheme:dark){body{color:#ddd;background:#1b1b1b}}';

function html({ title, message, next, retryAfter }: Problem): string {
  const refresh = retryAfter === undefined ? '' : `<meta http-equiv="refresh" content="${retryAfter}">`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">${refresh}<meta name="viewport" content="width=device-width"><title>${escape(title)}</title><style>${STYLE}</style></head><body><h1>${escape(title)}</h1><p>${escape(message)}</p><p>${escape(next)}</p></body></html>\n`;
}

function json({ status, code, message, next, ports }: Problem): string {
  const error = STATUS_CODES[status] ?? 'Error';
  return `${JSON.stringify({ statusCode: status, error, code, message, next, ...(ports === undefined ? {} : { ports }) })}\n`;
}

export const wantsPage = (accept: string | undefined): boolean => accept?.includes('text/html') ?? false;

/** Answers with the problem, and ends the connection: what is left of the request is not read. */
export function showProblem(request: IncomingMessage, response: ServerResponse, problem: Problem): void {
  const page = wantsPage(request.headers.accept);
  const body = Buffer.from(page ? html(problem) : json(problem));
  const headers: OutgoingHttpHeaders = {
    'content-type': page ? 'text/html; charset=utf-8' : 'application/json',
    'content-length': body.length,
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'x-thaw-preview': problem.code,
    ...(problem.retryAfter === undefined ? {} : { 'retry-after': String(problem.retryAfter) }),
    ...(request.complete ? {} : { connection: 'close' }),
  };
  response.writeHead(problem.status, headers);
  response.end(body);
}

/** Carries one request into a sandbox and its response back, as streams. */
import {
  type Agent,
  type ClientRequest,
  type IncomingMessage,
  request as open,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { Entry } from './gate.ts';
import { hasBody, requestHeaders, responseHeaders } from './headers.ts';
import { showProblem } from './page.ts';
import { dialProblem, problems } from './problem.ts';

/** What a response's header may have: applications set large cookies. */
export const MAX_RESPONSE_HEADER_BYTES = 64 * 1024;
/** From the end of the connect to the response's header: builds and language models let a caller wait. */
const RESPONSE_MS = 300_000;
/** May be sent twice without harm (RFC 9110, 9.2.1). */
const SAFE: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS']);

export interface ForwardParts {
  readonly agent: Agent;
  readonly clock: Clock;
  /** Called once when the exchange is over. */
  readonly onEnd: () => void;
}

class Late extends Error {}

/** The server in the sandbox closed a kept connection at the moment at which the request went out on it. */
const isWorthAnotherTry = (request: IncomingMessage, upstream: ClientRequest, error: Error): boolean =>
  upstream.reusedSocket &&
  'code' in error &&
  error.code === 'ECONNRESET' &&
  SAFE.has(request.method) &&
  !hasBody(request);

async function fail(
  request: IncomingMessage,
  response: ServerResponse,
  entry: Entry,
  error: Error,
): Promise<void> {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const { target, grant } = entry;
  const fallback = error instanceof Late ? problems.slow : problems.broken;
  const problem = await dialProblem(error, grant.port, () => target.ports(grant.sandboxId));
  if (!response.headersSent && !response.destroyed) showProblem(request, response, problem ?? fallback);
}

function answer(upstream: IncomingMessage, response: ServerResponse, entry: Entry): void {
  const headers = responseHeaders(upstream, entry);
  if (entry.cookie !== null) headers.push('Set-Cookie', entry.cookie);
  response.writeHead(upstream.statusCode ?? 0, headers);
  // Events come when they come: whoever waits for them sees at once that the stream is open.
  if (upstream.headers['content-length'] === undefined) response.flushHeaders();
  pipeline(upstream, response, (error) => {
    if (error) response.destroy();
  });
}

/** Never throws; every failure becomes a page or an end of the connection. */
export function forward(
  request: IncomingMessage,
  response: ServerResponse,
  entry: Entry,
  parts: ForwardParts,
  mayRetry = true,
): void {
  const { agent, clock, onEnd } = parts;
  let upstream: ClientRequest;
  try {
    upstream = open({
      agent,
      method: request.method,
      path: entry.route.path,
      headers: requestHeaders(request, entry),
      maxHeaderSize: MAX_RESPONSE_HEADER_BYTES,
    });
  } catch {
    // A path or a header with characters that Node refuses to send.
    showProblem(request, response, problems.bad_request);
    onEnd();
    return;
  }
  const cancelDeadline = clock.schedule(RESPONSE_MS, () => upstream.destroy(new Late()));
  const onClientGone = (): void => void upstream.destroy();
  response.once('close', onClientGone);
  response.once('close', onEnd);
  upstream.once('response', (incoming) => {
    cancelDeadline();
    try {
      answer(incoming, response, entry);
    } catch {
      // A status or a header that Node refuses to send on.
      upstream.destroy(new Error('the response makes no sense'));
    }
  });
  upstream.once('close', cancelDeadline);
  upstream.on('error', (reason) => {
    request.unpipe(upstream);
    if (mayRetry && !response.headersSent && isWorthAnotherTry(request, upstream, reason)) {
      response.off('close', onClientGone);
      response.off('close', onEnd);
      forward(request, response, entry, parts, false);
      return;
    }
    fail(request, response, entry, reason).catch(() => response.destroy());
  });
  if (!hasBody(request)) {
    upstream.end();
    return;
  }
  if (request.headers.expect !== undefined) response.writeContinue();
  request.pipe(upstream);
}

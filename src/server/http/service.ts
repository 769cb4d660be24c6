/** MCP over streamable HTTP at `/mcp`: lets callers in, reads the message, and picks the protocol era by request. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { FileLinks } from '../../../tools/file-links.ts';
import type { Clock } from '../../clock.ts';
import { isThawError, toThawError } from '../../errors.ts';
import { readBody } from '../../http/body.ts';
import { originOf } from '../../http/origin-of.ts';
import { type Authenticator, AuthFailure, type HttpService } from '../../http/service.ts';
import type { Identity } from '../../keys/permissions.ts';
import type { Catalogue } from '../catalogue.ts';
import type { Connections } from '../connections.ts';
import { claimsRevision, isModernRevision } from '../era.ts';
import type { ProtocolExtension } from '../extension.ts';
import { MAX_LINE_BYTES } from '../line-transport.ts';
import type { McpServerDependencies } from '../tool-request.ts';
import { answerBrowser } from './cors.ts';
import type { ModernHandler } from './modern-handler.ts';
import {
  INVALID_PARAMS,
  INVALID_REQUEST,
  noSession,
  PARSE_ERROR,
  REFUSED,
  type RpcRefusal,
  refuse,
} from './rpc-answer.ts';
import { Sessions } from './sessions.ts';

const BODY_MS = 30_000;
const SESSION_IDLE_MS = 1_800_000;

export interface McpHttpOptions {
  readonly authenticator: Authenticator;
  readonly connections: Connections;
  readonly dependencies: Omit<McpServerDependencies, 'catalogue' | 'organizationId'>;
  /** The tools of a request, by its headers. Throws ThawError for headers that make no sense. */
  readonly catalogueFor: (headers: IncomingHttpHeaders) => Catalogue;
  readonly extension?: ProtocolExtension;
  /** Links to files that begin with the address at which a caller reached this. Absent: none are made. */
  readonly linksFor?: (origin: string) => FileLinks;
  readonly clock: Clock;
  readonly maxSessions: number;
  /** Tests shorten these. */
  readonly sessionIdleMs?: number;
  readonly bodyMs?: number;
}

const wordsForTokens = /[?&](access_token|token|api_?key|key|authorization|bearer)=/i;

const headerOf = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
};

const isJson = (request: IncomingMessage): boolean =>
  /^application\/json *(;|$)/i.test(request.headers['content-type'] ?? '');

/** Whoever reads JSON only gets JSON; the protocol wants both to be accepted, and then a stream can show progress. */
const readsOnlyJson = (request: IncomingMessage): boolean =>
  !/text\/event-stream|\*\/\*/.test(request.headers.accept ?? '');

const linksOf = ({ linksFor }: McpHttpOptions, request: IncomingMessage): { readonly links?: FileLinks } =>
  linksFor === undefined ? {} : { links: linksFor(originOf(request)) };

const isInitialize = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && Reflect.get(body, 'method') === 'initialize';

function checkShape(request: IncomingMessage): RpcRefusal | null {
  if (wordsForTokens.test(request.url ?? '')) {
    const message =
      'Keys and tokens do not belong in a URL: send "Authorization: Bearer ...", and use another key.';
    return { status: 400, code: REFUSED, message };
  }
  const { method = '' } = request;
  // The stateless era has no streams to open and no sessions to end.
  const allowed = isModernRevision(headerOf(request, 'mcp-protocol-version'))
    ? ['POST']
    : ['GET', 'POST', 'DELETE'];
  if (!allowed.includes(method)) {
    const headers = { allow: allowed.join(', ') };
    return { status: 405, code: REFUSED, message: `${method} is not served here.`, headers };
  }
  if (method === 'POST' && !isJson(request)) {
    return { status: 415, code: REFUSED, message: 'The content type must be application/json.' };
  }
  return null;
}

export interface McpHttpService extends HttpService {
  readonly sessions: number;
}

export function makeMcpService(options: McpHttpOptions): McpHttpService {
  const { authenticator, connections, clock, catalogueFor, maxSessions } = options;
  const sessions = new Sessions({
    connections,
    clock,
    idleMs: options.sessionIdleMs ?? SESSION_IDLE_MS,
    maxSessions,
  });
  let modern: Promise<ModernHandler> | null = null;
  const openModern = async (): Promise<ModernHandler> =>
    (await import('./modern-handler.ts')).openModernHandler(options.dependencies, options.extension ?? {});

  async function parseBody(request: IncomingMessage): Promise<{ readonly value: unknown } | RpcRefusal> {
    const deadlineMs = options.bodyMs ?? BODY_MS;
    try {
      const text = (await readBody(request, { maxBytes: MAX_LINE_BYTES, deadlineMs, clock })).toString();
      return { value: JSON.parse(text) };
    } catch (error) {
      if (!isThawError(error)) {
        return { status: 400, code: PARSE_ERROR, message: 'The body is not valid JSON.' };
      }
      return { status: error.httpStatus, code: INVALID_REQUEST, message: `${error.message} ${error.next}` };
    }
  }

  function tools(request: IncomingMessage): Catalogue | RpcRefusal {
    try {
      return catalogueFor(request.headers);
    } catch (thrown) {
      const error = toThawError(thrown);
      return {
        status: error.httpStatus,
        code: INVALID_PARAMS,
        message: `${error.message} ${error.next}`,
      };
    }
  }

  async function serveLegacy(
    request: IncomingMessage,
    response: ServerResponse,
    identity: Identity,
    body: unknown,
  ): Promise<RpcRefusal | null> {
    const id = headerOf(request, 'mcp-session-id');
    if (id !== undefined) {
      const session = sessions.find(id, identity);
      if (session === null) return noSession;
      if (readsOnlyJson(request) && request.method === 'POST') acceptBoth(request);
      await sessions.handle(session, request, response, body);
      return null;
    }
    if (!isInitialize(body)) {
      const message = 'Mcp-Session-Id is missing. Send an initialize request first.';
      return { status: 400, code: REFUSED, message };
    }
    const catalogue = tools(request);
    if ('status' in catalogue) return catalogue;
    const json = readsOnlyJson(request);
    const session = await sessions.open({ identity, catalogue, ...linksOf(options, request) }, { json });
    if (session === null) {
      const message = `Thaw already serves ${maxSessions} sessions. Close one and try again.`;
      return { status: 503, code: REFUSED, message, headers: { 'retry-after': '10' } };
    }
    if (json) acceptBoth(request);
    await sessions.handle(session, request, response, body);
    return null;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<RpcRefusal | null> {
    const wrong = checkShape(request);
    if (wrong !== null) return wrong;
    const identity = await authenticator.authenticate(request);
    if (identity instanceof AuthFailure) {
      const { status, message, headers } = identity;
      return { status, code: REFUSED, message, headers };
    }
    if (request.method !== 'POST') return await serveLegacy(request, response, identity, undefined);
    const body = await parseBody(request);
    if ('status' in body) return body;
    if (!claimsRevision(body.value) && !isModernRevision(headerOf(request, 'mcp-protocol-version'))) {
      return await serveLegacy(request, response, identity, body.value);
    }
    const catalogue = tools(request);
    if ('status' in catalogue) return catalogue;
    modern ??= openModern();
    const caller = { identity, catalogue, ...linksOf(options, request) };
    await (await modern).handle(request, response, body.value, caller);
    return null;
  }

  return {
    prefix: '/mcp',
    get sessions() {
      return sessions.size;
    },
    handle: async (request, response) => {
      if (answerBrowser(request, response)) return;
      const refusal = await serve(request, response);
      if (refusal !== null) refuse(request, response, refusal);
    },
    close: async () => {
      await Promise.all([sessions.closeAll(), modern?.then((handler) => handler.close())]);
    },
  };
}

/** The SDK answers 406 to a client that does not accept both, although it can answer in either. */
function acceptBoth(request: IncomingMessage): void {
  const accept = 'application/json, text/event-stream';
  request.headers.accept = accept;
  request.rawHeaders = [
    ...request.rawHeaders.filter(
      (_value, index, all) => all[index - (index % 2)]?.toLowerCase() !== 'accept',
    ),
    'accept',
    accept,
  ];
}

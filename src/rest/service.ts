/** The Daytona-compatible REST API as a service of the owner's HTTP listener. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { restDocument } from '../../schemas/rest/openapi.ts';
import { type Backend, type CallContext, requireGroup } from '../backend/port.ts';
import type { Clock } from '../clock.ts';
import { toThawError } from '../errors.ts';
import { refuseJson } from '../http/answer.ts';
import { type Authenticator, AuthFailure, type HttpService } from '../http/service.ts';
import { newUuid } from '../ids.ts';
import type { Identity } from '../keys/permissions.ts';
import type { Logger } from '../log.ts';
import { version } from '../version.ts';
import { sendJson, sendNothing, sendText } from './answer.ts';
import { corsHeaders, preflightHeaders } from './cors.ts';
import { dispatch } from './dispatch.ts';
import { envelope, invalidJson } from './envelope.ts';
import { ApiFailure } from './failure.ts';
import { allHandlers, type HandlerOptions } from './handlers/all.ts';
import { lazyEvents } from './lazy-events.ts';
import { notJson, readApiBody } from './read-body.ts';
import { splitPath } from './router.ts';
import { makeRouter, type Target } from './routes.ts';
import { toolboxAddress } from './toolbox/address.ts';
import { allowOrigin } from './toolbox/cross-origin.ts';
import type { Toolbox } from './toolbox/toolbox.ts';
import { translate } from './translate.ts';
import { fromWorkspacePath, toWorkspaceAnswer } from './workspace.ts';

export const API_PREFIX = '/api';

export interface RestOptions extends HandlerOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly authenticator: Authenticator;
  readonly backend: (call: CallContext) => Promise<Backend>;
  /** Serves its oldest address, too: `/api/toolbox/{id}/toolbox/*`. */
  readonly toolbox?: Toolbox;
}

/** The version of the API that Thaw speaks. */
const API_VERSION = 'v0.205.1';
const REQUEST_ID = /^[\w.-]{1,64}$/;
const MAX_URL = 16_384;

type Headers = Readonly<Record<string, string>>;

const isForEvents = (path: string): boolean => path === '/socket.io' || path.startsWith('/socket.io/');

export function restService(options: RestOptions): HttpService {
  const { clock, log, authenticator } = options;
  const handlers = allHandlers(options);
  const findRoute = makeRouter();
  const events = lazyEvents({ ...options, facts: options });
  let document: unknown = null;

  const authenticate = async (request: IncomingMessage): Promise<Identity> => {
    const found = await authenticator.authenticate(request);
    if (!(found instanceof AuthFailure)) return found;
    const message = found.status === 401 ? 'Invalid credentials' : found.message;
    throw new ApiFailure(found.status, message, { next: found.message, headers: found.headers });
  };

  const fail = (
    request: IncomingMessage,
    response: ServerResponse,
    failure: ApiFailure,
    headers: Headers,
  ): void => {
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const [path = ''] = (request.url ?? '').split('?', 1);
    refuseJson(request, response, failure.status, envelope(failure, path, clock), {
      ...headers,
      ...failure.headers,
    });
  };

  /** Everything up to the handler's answer; throws what it is answered with instead. */
  const serve = async (
    request: IncomingMessage,
    response: ServerResponse,
    target: Target,
    params: Readonly<Record<string, string>>,
    search: string,
    headers: Headers,
    isWorkspace: boolean,
  ): Promise<void> => {
    if (target.kind === 'document') {
      document ??= restDocument(version);
      sendJson(response, 200, document, headers);
      return;
    }
    const isOpen = target.kind === 'served' && target.operation.open === true;
    const identity = isOpen ? null : await authenticate(request);
    if (target.kind === 'refused') throw target.refuse();
    const { id, operation } = target;
    if (operation.permission !== undefined && identity?.can(operation.permission) !== true)
      throw new ApiFailure(403, 'Access denied', { next: `The key lacks ${operation.permission}.` });
    const body = request.method === 'GET' ? undefined : await readApiBody(request, clock);
    if (body === notJson) {
      refuseJson(request, response, 400, invalidJson, headers);
      return;
    }
    const leaving = new AbortController();
    response.once('close', () => leaving.abort());
    const organizationId = identity?.organizationId ?? null;
    const call: CallContext = {
      signal: leaving.signal,
      ...(organizationId === null ? {} : { organizationId }),
    };
    const answer = await dispatch(handlers, id, {
      params,
      search: new URLSearchParams(isWorkspace ? `verbose=true&${search}` : search),
      body,
      identity,
      call,
      headers: request.headers,
      group: async (name) => requireGroup(await options.backend(call), name),
    });
    if (operation.answer === null) sendNothing(response, operation.status, headers);
    else if (operation.answer === 'text') await sendText(response, answer.text, headers, leaving.signal);
    else
      sendJson(
        response,
        operation.status,
        isWorkspace ? toWorkspaceAnswer(answer.value) : answer.value,
        headers,
      );
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url = '/' } = request;
    const given = request.headers['x-request-id'];
    const requestId = typeof given === 'string' && REQUEST_ID.test(given) ? given : newUuid();
    const headers: Headers = {
      'x-daytona-api-version': API_VERSION,
      'x-request-id': requestId,
      'cache-control': 'no-store',
      ...corsHeaders(request),
    };
    if (method === 'OPTIONS') {
      sendNothing(response, 204, { ...headers, ...preflightHeaders(request) });
      return;
    }
    const [whole = '', search = ''] = url.split(/\?(.*)/s, 2);
    const path = whole.slice(API_PREFIX.length);
    const alias = fromWorkspacePath(method, path);
    if (isForEvents(path)) {
      (await events.get()).handle(request, response);
      return;
    }
    const inToolbox = toolboxAddress(request, `${API_PREFIX}/toolbox`, '/toolbox');
    try {
      if (url.length > MAX_URL) throw new ApiFailure(414, 'The address is too long.');
      if (inToolbox !== null && options.toolbox !== undefined) {
        allowOrigin(request, response);
        await options.toolbox.serve(request, response, inToolbox);
        return;
      }
      const parts = splitPath(alias ?? path);
      if (parts === null) throw new ApiFailure(400, 'The path is not well-formed.');
      const found = findRoute(method, parts);
      if (found === null) throw new ApiFailure(404, `Cannot ${method} ${whole.slice(0, 256)}`);
      await serve(request, response, found.target, found.params, search, headers, alias !== null).catch(
        (error: unknown) => {
          if (found.target.kind !== 'served') throw error;
          throw translate(error, { operation: found.target.id, params: found.params });
        },
      );
    } catch (error) {
      const failure =
        error instanceof ApiFailure
          ? error
          : translate(toThawError(error), { operation: 'getSandbox', params: {} });
      if (failure.status >= 500)
        log.error({ err: failure.cause ?? error, requestId, url: whole }, 'an API call failed');
      fail(request, response, failure, headers);
    }
  };
  const open = new Set<Promise<void>>();
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const [path = ''] = (request.url ?? '').slice(API_PREFIX.length).split('?', 1);
    const address = toolboxAddress(request, `${API_PREFIX}/toolbox`, '/toolbox');
    if (isForEvents(path)) events.upgrade(request, socket, head);
    else if (address !== null && options.toolbox !== undefined) {
      const work = options.toolbox.upgrade(request, socket, head, address).finally(() => open.delete(work));
      open.add(work);
    } else socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  };
  const close = async (): Promise<void> => {
    await events.close();
    await Promise.all(open);
  };
  return { prefix: API_PREFIX, anyOrigin: true, handle, upgrade, close };
}

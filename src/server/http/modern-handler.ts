/** Revision 2026-07-28 over HTTP: stateless, one server a request. Loaded when the first client of that era comes. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { type AuthInfo, createMcpHandler } from '@modelcontextprotocol/server';
import { CallLimit } from '../call-limit.ts';
import type { ProtocolExtension } from '../extension.ts';
import { createModernServer } from '../modern-server.ts';
import { CALLS_OF_ONE_CLIENT, type McpServerDependencies } from '../tool-request.ts';
import { type Caller, dependenciesOf } from './caller.ts';

/** More callers than this only share how many calls may run at once. */
const MAX_LIMITS = 1_024;

export interface ModernHandler {
  handle(request: IncomingMessage, response: ServerResponse, body: unknown, caller: Caller): Promise<void>;
  close(): Promise<void>;
}

/** Bounds the calls of each key, because there is no session to bound them by. */
class Limits {
  readonly #byKey = new Map<string, CallLimit>();

  for(keyName: string): CallLimit {
    const known = this.#byKey.get(keyName);
    if (known !== undefined) return known;
    const [oldest] = this.#byKey.keys();
    if (this.#byKey.size >= MAX_LIMITS && oldest !== undefined) this.#byKey.delete(oldest);
    const limit = new CallLimit(CALLS_OF_ONE_CLIENT);
    this.#byKey.set(keyName, limit);
    return limit;
  }
}

export function openModernHandler(
  dependencies: Omit<McpServerDependencies, 'catalogue' | 'organizationId'>,
  extension: ProtocolExtension,
): ModernHandler {
  const limits = new Limits();
  /** The SDK carries this one object from a request to its server. */
  const callers = new WeakMap<AuthInfo, Caller>();
  const handler = createMcpHandler(
    ({ authInfo }) => {
      const caller = authInfo === undefined ? undefined : callers.get(authInfo);
      if (caller === undefined) throw new Error('a request without its caller');
      return createModernServer(
        { ...dependencies, ...dependenciesOf(caller) },
        limits.for(caller.identity.keyName),
        extension,
      );
    },
    {
      legacy: 'reject',
      onerror: (error) => dependencies.log.debug({ err: error }, 'a request reported an error'),
    },
  );
  const serve = toNodeHandler(handler);
  return {
    handle: async (request, response, body, caller) => {
      const { keyName, permissions } = caller.identity;
      // The token itself goes no further than the listener.
      const auth: AuthInfo = { token: '', clientId: keyName, scopes: [...permissions] };
      callers.set(auth, caller);
      const { method = '', url = '' } = request;
      await serve(Object.assign(request, { auth, method, url }), response, body);
    },
    close: () => handler.close(),
  };
}

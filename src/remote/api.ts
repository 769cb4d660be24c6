/** The client of one Daytona-compatible API: typed paths, our own way of sending, and answers that are checked. */
import createClient, { type Client } from 'openapi-fetch';
import type { z } from 'zod';
import type { paths } from '../../schemas/openapi.gen.ts';
import type { RemoteSettings } from '../backend/choose.ts';
import type { CallContext } from '../backend/port.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { version } from '../version.ts';
import { toBodyError } from './answer-errors.ts';
import type { Fetch } from './attempt.ts';
import type { Operation, RemoteAnswer, RemoteRequest } from './request.ts';
import { send } from './send.ts';

export interface ApiDependencies {
  readonly settings: RemoteSettings;
  readonly clock: Clock;
  readonly log: Logger;
  /** Tests put another in its place. */
  readonly fetch?: Fetch;
}

/** What a request of the typed client is given: it sends by `fetch` and leaves the body to us. */
export interface RequestInitOfCall {
  readonly fetch: (request: Request) => Promise<Response>;
  readonly parseAs: 'text';
}

export interface Api {
  readonly settings: RemoteSettings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly client: Client<paths>;
  /** For what is too long to be held; everything else goes by `send`. */
  readonly fetch: Fetch;
  /** Runs one request of `client` and checks its answer against `schema`. Throws ThawError. */
  call<Schema extends z.ZodType>(
    operation: Operation,
    schema: Schema,
    context: Pick<CallContext, 'signal'>,
    request: (init: RequestInitOfCall) => Promise<{ readonly data?: unknown }>,
  ): Promise<z.output<Schema>>;
  /** Sends to an address below the API's reach (the toolbox, a log) with the credentials. Throws ThawError. */
  send(request: RemoteRequest, operation: Operation, signal: AbortSignal): Promise<RemoteAnswer>;
}

/** The headers that say who asks. */
export const credentials = ({ token, organizationId }: RemoteSettings): Record<string, string> => ({
  authorization: `Bearer ${token}`,
  'user-agent': `thaw/${version}`,
  'x-daytona-source': 'thaw',
  // From this version of the SDK on servers answer both streams of a command.
  'x-daytona-sdk-version': '0.218.0',
  ...(organizationId === null ? {} : { 'x-daytona-organization-id': organizationId }),
});

/** An answer's JSON in the wanted form. An empty body is `null`. Throws `backend_error` naming the operation. */
export function readJson<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  operation: string,
  url: string,
): z.output<Schema> {
  let value: unknown = null;
  try {
    if (text !== '') value = JSON.parse(text);
  } catch {
    throw toBodyError(operation, url, 'it is not JSON');
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'the body' : issue.path.join('.');
  throw toBodyError(operation, url, `${where.slice(0, 100)} is not what it should be`);
}

export function openApi({ settings, clock, log, fetch = globalThis.fetch }: ApiDependencies): Api {
  const own = credentials(settings);
  const options = {
    clock,
    log,
    fetch,
    secrets: [settings.token],
  };
  return {
    settings,
    clock,
    log,
    fetch,
    client: createClient<paths>({
      baseUrl: settings.apiUrl,
      headers: { ...own, accept: 'application/json' },
      querySerializer: { array: { style: 'form', explode: true } },
    }),
    async call(operation, schema, { signal }, request) {
      const { data } = await request({
        parseAs: 'text',
        fetch: async (given) => {
          const { method, url } = given;
          const body = method === 'GET' ? null : Buffer.from(await given.arrayBuffer());
          const headers = Object.fromEntries(given.headers);
          const sent = { method, url, headers, body: body === null || body.length === 0 ? null : body };
          const answer = await send(sent, operation, signal, options);
          return new Response(answer.body.toString('utf8'), { status: 200 });
        },
      });
      const text = typeof data === 'string' ? data : '';
      return readJson(text, schema, operation.name, settings.apiUrl);
    },
    send: (request, operation, signal) =>
      send({ ...request, headers: { ...own, ...request.headers } }, operation, signal, options),
  };
}

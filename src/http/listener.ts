/** The owner's HTTP listener: one port, services by prefix, and the bounds that hold for all of them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { answerJson, refuseJson } from './answer.ts';
import { type HostGuardOptions, makeHostGuard } from './host-guard.ts';
import { type ListenOptions, listenSomewhere, makeServer } from './listen.ts';
import type { HttpService } from './service.ts';

/** For a whole request with its body; services that read small bodies have shorter deadlines of their own. */
const REQUEST_MS = 1_800_000;
const KEEP_ALIVE_MS = 30_000;
/** Without a byte either way: longer than any command that a caller waits for. */
const IDLE_MS = 3_600_000;
/** How long answers may take when the listener closes. */
const CLOSE_MS = 3_000;

export interface ListenerOptions extends HostGuardOptions, ListenOptions {
  readonly services: readonly HttpService[];
}

export interface HttpListener {
  readonly host: string;
  readonly port: number;
  /** As `http://127.0.0.1:4440`. */
  readonly url: string;
  readonly connections: number;
  /** Requests that were let through to a service so far. */
  readonly requests: number;
  /** Lets requests end for a moment, then cuts what is open. */
  close(): Promise<void>;
}

/** The path as it was sent, without its query; null for what is no path (`*`, a whole URL). */
function pathOf(request: IncomingMessage): string | null {
  const { url = '' } = request;
  return url.startsWith('/') ? (url.split('?', 1)[0] ?? url) : null;
}

/** Opens it. Rejects with the errno of listen(2). */
export async function openHttpListener(options: ListenerOptions): Promise<HttpListener> {
  const { host, log } = options;
  const guard = makeHostGuard(options);
  /** Those on which no request waits for its answer. */
  const idle = new Set<Duplex>();
  let requests = 0;
  let isClosing = false;
  const services = [...options.services].sort((a, b) => b.prefix.length - a.prefix.length);
  const find = (path: string): HttpService | undefined =>
    services.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`));

  /** The service that is meant, or the status and the words of a refusal. */
  const route = (request: IncomingMessage): HttpService | { status: number; error: string } => {
    if (!guard.allowsHost(request)) {
      return {
        status: 403,
        error: 'This host name is not served. Use localhost, or add the name with --http-allowed-hosts.',
      };
    }
    const path = pathOf(request);
    const service = path === null ? undefined : find(path);
    if (service?.anyOrigin !== true && !guard.allowsOrigin(request)) {
      return {
        status: 403,
        error: 'Web pages of this origin are not served. Add it with --http-allowed-origins.',
      };
    }
    return service ?? { status: 404, error: `Nothing is served here. There is ${prefixes}.` };
  };
  const prefixes = [...options.services].map(({ prefix }) => prefix).join(', ');

  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const found = route(request);
    if ('status' in found) {
      refuseJson(request, response, found.status, { error: found.error });
      return;
    }
    requests += 1;
    response.on('error', () => response.destroy());
    idle.delete(request.socket);
    response.once('close', () => {
      if (request.socket.destroyed) return;
      // A connection that is kept alive would hold the listener open.
      if (isClosing) request.socket.destroySoon();
      else idle.add(request.socket);
    });
    found.handle(request, response).catch((error: unknown) => {
      log.error({ err: error, service: found.prefix }, 'a request failed');
      if (response.headersSent) response.destroy();
      else
        refuseJson(request, response, 500, { error: 'Something went wrong inside Thaw; its log says more.' });
    });
  };

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy());
    const found = route(request);
    if ('status' in found || found.upgrade === undefined) {
      const status = 'status' in found ? found.status : 426;
      socket.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    requests += 1;
    idle.delete(socket);
    found.upgrade(request, socket, head);
  };

  const { server, sockets } = makeServer({
    requestMs: REQUEST_MS,
    keepAliveMs: KEEP_ALIVE_MS,
    idleMs: IDLE_MS,
  });
  server.on('connection', (socket) => {
    idle.add(socket);
    socket.once('close', () => idle.delete(socket));
  });
  server.on('request', serve);
  server.on('upgrade', upgrade);
  const port = await listenSomewhere(server, options, 'the HTTP port');
  server.on('error', (error) => log.error({ err: error }, 'the HTTP listener failed'));

  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    host,
    port,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    get requests() {
      return requests;
    },
    get connections() {
      return sockets.size;
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      isClosing = true;
      const late = AbortSignal.timeout(CLOSE_MS);
      late.addEventListener('abort', cutAll, { once: true });
      await Promise.all(services.map((service) => service.close?.() ?? Promise.resolve()));
      for (const socket of idle) socket.destroy();
      await closed;
      late.removeEventListener('abort', cutAll);
    },
  };
}

/** Answers whoever asks whether the owner is there. Needs no key and tells nothing. */
export const healthService: HttpService = {
  prefix: '/healthz',
  handle: async (request, response) => {
    if (request.method === 'GET' || request.method === 'HEAD') answerJson(response, 200, { status: 'ok' });
    else refuseJson(request, response, 405, { error: 'Use GET.' }, { allow: 'GET, HEAD' });
  },
};

/** The listener for previews: an HTTP/1.1 server that passes requests and WebSockets into sandboxes. */
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type PreviewBase, parseDomain } from '../backend/preview-address.ts';
import type { PreviewTarget } from '../backend/preview-target.ts';
import type { Clock } from '../clock.ts';
import { ThawError } from '../errors.ts';
import { type ListenOptions, listenSomewhere, makeServer } from '../http/listen.ts';
import { Exchanges } from './exchanges.ts';
import { forward } from './forward.ts';
import { type Decision, decide, type Entry, type GateParts } from './gate.ts';
import { showProblem } from './page.ts';
import { PortAgents } from './port-agent.ts';
import { problems } from './problem.ts';
import { tunnel } from './tunnel.ts';

/** Clients may send several requests over one connection before the first is answered. */
const MAX_EXCHANGES = 2_048;
const KEEP_ALIVE_MS = 10_000;
/** Without a byte either way. Whoever waits longer, for events say, connects anew. */
const IDLE_MS = 600_000;
const TUNNEL_IDLE_MS = 3_600_000;

export interface PreviewServerOptions extends ListenOptions {
  /** As `parseDomain` reads it. */
  readonly domain: string;
  /** Null while there is no engine. */
  readonly target: () => PreviewTarget | null;
  readonly clock: Clock;
}

export interface PreviewServer {
  readonly base: PreviewBase;
  /** How many exchanges and pools of connections are open. */
  readonly figures: () => { readonly exchanges: number; readonly pools: number };
  /** Cuts what is open. */
  close(): Promise<void>;
}

/** Null when it goes into the sandbox; everything else is answered here. */
function settle(request: IncomingMessage, response: ServerResponse, decision: Decision): Entry | null {
  if (decision.kind === 'enter') return decision.entry;
  if (decision.kind === 'refuse') {
    showProblem(request, response, decision.problem);
    return null;
  }
  const { location, cookie } = decision;
  response.writeHead(307, {
    location,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    ...(cookie === null ? {} : { 'set-cookie': cookie }),
    ...(request.complete ? {} : { connection: 'close' }),
  });
  response.end();
  return null;
}

/** Opens the listener. Throws `setup_failed` for a domain that is none, and the errno of listen(2). */
export async function openPreviewServer(options: PreviewServerOptions): Promise<PreviewServer> {
  const { host, clock, log, target } = options;
  const domain = parseDomain(options.domain);
  if (domain === null) {
    throw new ThawError('setup_failed', `"${options.domain}" is no domain for previews.`, {
      next: 'Use a name such as localhost or https://preview.example.com.',
    });
  }
  const exchanges = new Exchanges(clock);
  const agents = new PortAgents(target, clock);
  let parts: GateParts | null = null;

  const enter = async (request: IncomingMessage, response: ServerResponse): Promise<Entry | null> => {
    if (parts === null || exchanges.size >= MAX_EXCHANGES) {
      showProblem(request, response, problems.crowded);
      return null;
    }
    const entry = settle(request, response, await decide(request, parts));
    // The client may have gone while its sandbox was woken.
    return request.socket.destroyed ? null : entry;
  };
  const begin = (entry: Entry, request: IncomingMessage): (() => void) => {
    const counts = request.headers['x-daytona-skip-last-activity-update'] === undefined;
    return exchanges.begin(entry, counts, () => request.socket.destroy());
  };
  const defect = (response: ServerResponse) => (error: unknown) => {
    log.error({ err: error }, 'a preview request failed');
    response.destroy();
  };

  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    enter(request, response)
      .then((entry) => {
        if (entry === null) return;
        const onEnd = begin(entry, request);
        forward(request, response, entry, { agent: agents.for(entry.grant), clock, onEnd });
      })
      .catch(defect(response));
  };

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy());
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(request.socket);
    response.once('finish', () => request.socket.end());
    const { headers } = request;
    if (headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined) {
      showProblem(request, response, problems.bad_request);
      return;
    }
    // Whoever proposes another protocol gets an answer in this one, as the proposal allows.
    if (headers.upgrade?.toLowerCase() !== 'websocket' || request.method !== 'GET') {
      serve(request, response);
      return;
    }
    request.socket.setTimeout(TUNNEL_IDLE_MS, () => request.socket.destroy());
    enter(request, response)
      .then(async (entry) => {
        if (entry !== null)
          await tunnel(request, response, head, entry, { clock, onEnd: begin(entry, request) });
      })
      .catch(defect(response));
  };

  const { server, sockets } = makeServer({ requestMs: 0, keepAliveMs: KEEP_ALIVE_MS, idleMs: IDLE_MS });
  server.on('request', serve);
  server.on('checkContinue', serve);
  server.on('upgrade', upgrade);
  const listenPort = await listenSomewhere(server, options, 'the port for previews');
  server.on('error', (error) => log.error({ err: error }, 'the preview listener failed'));
  const { scheme } = domain;
  const publicPort = domain.port ?? (scheme === 'https' || domain.domain !== 'localhost' ? null : listenPort);
  const base: PreviewBase = { scheme, domain: domain.domain, publicPort, listenHost: host, listenPort };
  parts = { base, target, clock, log };
  return {
    base,
    figures: () => ({ exchanges: exchanges.size, pools: agents.size }),
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      exchanges.close();
      for (const socket of sockets) socket.destroy();
      agents.close();
      await closed;
    },
  };
}

/**
 * The toolbox of every sandbox, `{toolboxProxyUrl}/{sandbox}/…`: Daytona's daemon API, served by the owner over the
 * guest agent. Here a request is let in, routed and answered; the routes know the backend port only.
 */
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Backend, CallContext } from '../../backend/port.ts';
import type { Clock } from '../../clock.ts';
import { ThawError } from '../../errors.ts';
import { refuseJson } from '../../http/answer.ts';
import type { Logger } from '../../log.ts';
import { keepActive } from './activity.ts';
import type { ToolboxAddress } from './address.ts';
import { writeAnswer, writeJson } from './answer.ts';
import { type FindRoute, routeFinder } from './match.ts';
import { isDefect, problem, problemBody, Refusal, toProblem } from './problem.ts';
import type { ToolboxCall, ToolboxRoute } from './route.ts';
import { socketAcceptor } from './socket.ts';

const MAX_SOCKETS = 256;

/** Who calls, as far as the toolbox cares. */
export interface ToolboxCaller {
  /** Whether it may change a sandbox and run things in it. */
  readonly mayWrite: boolean;
  /** What the backend is to know of the caller. */
  readonly context: Omit<CallContext, 'signal' | 'quiet'>;
}

export interface ToolboxOptions {
  readonly routes: readonly ToolboxRoute[];
  readonly backend: (context: CallContext) => Promise<Backend>;
  /** Throws a `Refusal` for who shows nothing that opens this sandbox. `signable`: the route takes signatures in the query. */
  readonly admit: (
    request: IncomingMessage,
    address: ToolboxAddress,
    signable: boolean,
  ) => Promise<ToolboxCaller>;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Toolbox {
  /** Answers a request; whatever happens, the client hears of it. Never rejects. */
  serve(request: IncomingMessage, response: ServerResponse, address: ToolboxAddress): Promise<void>;
  /** The same for a request to upgrade. Resolves when the WebSocket is closed. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, address: ToolboxAddress): Promise<void>;
  /** Cuts the open WebSockets. */
  close(): void;
}

interface Admitted {
  readonly route: ToolboxRoute;
  readonly call: ToolboxCall;
}

const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?', 1)[0] ?? '';

async function admit(
  { admit, backend, clock }: ToolboxOptions,
  find: FindRoute,
  request: IncomingMessage,
  address: ToolboxAddress,
  signal: AbortSignal,
): Promise<Admitted> {
  // Where a body ends must be beyond doubt, also to whoever passes requests on in front of this.
  const coding = request.headers['transfer-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'chunked')
    throw new Refusal(problem(400, 'The only transfer coding is chunked.'));
  const method = request.method ?? '';
  const match = find(method, address.path);
  const caller = await admit(request, address, match.kind === 'found' && match.route.signable === true);
  if (match.kind !== 'found') throw new Refusal(problem(404, `Cannot ${method} ${pathOf(request)}`));
  const { route, parameters } = match;
  const readOnly = route.readOnly ?? (route.method === 'GET' && route.socket === undefined);
  if (!readOnly && !caller.mayWrite) throw new Refusal(problem(403, 'Access denied'));
  const quiet = request.headers['x-daytona-skip-last-activity-update'] !== undefined;
  const context: CallContext = { ...caller.context, signal, ...(quiet ? { quiet } : {}) };
  const { sandbox, query } = address;
  const { headers } = request;
  const opened = await backend(context);
  return { route, call: { sandbox, parameters, query, headers, request, backend: opened, context, clock } };
}

/** Opens it for any number of mounts. */
export function openToolbox(options: ToolboxOptions): Toolbox {
  const { clock, log } = options;
  const find = routeFinder(options.routes);
  const acceptor = socketAcceptor(clock);

  const refuse = (request: IncomingMessage, response: ServerResponse, thrown: unknown): void => {
    // The client is gone: there is nobody to tell.
    if (response.destroyed) return;
    const refusal = thrown instanceof Refusal;
    if (!refusal && isDefect(thrown))
      log.error({ err: thrown, path: pathOf(request) }, 'a toolbox request failed');
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const reason = refusal ? thrown.problem : toProblem(thrown);
    const where = { method: request.method ?? '', path: pathOf(request) };
    const body = problemBody(reason, where, clock.now());
    const headers = refusal ? thrown.headers : {};
    // Nobody listens to a body of somebody who is not let in, or who is this slow.
    if ([401, 403, 408, 429].includes(reason.statusCode))
      refuseJson(request, response, reason.statusCode, body, headers);
    else writeJson(response, reason.statusCode, body);
  };

  return {
    async serve(request, response, address) {
      const controller = new AbortController();
      response.on('error', () => undefined);
      response.once('close', () => controller.abort(new ThawError('cancelled', 'The client went away.')));
      try {
        const { route, call } = await admit(options, find, request, address, controller.signal);
        if (route.handle === undefined)
          throw new ThawError('invalid_argument', 'This is a WebSocket: a handshake is expected.');
        const stop = await keepActive(call);
        try {
          const answer = await route.handle(call);
          await writeAnswer(response, answer, { clock, signal: controller.signal });
        } finally {
          stop();
        }
      } catch (error) {
        refuse(request, response, error);
      }
    },

    async upgrade(request, socket, head, address) {
      socket.on('error', () => socket.destroy());
      const controller = new AbortController();
      socket.once('close', () => controller.abort(new ThawError('cancelled', 'The client went away.')));
      let stop: () => void = () => undefined;
      let accepted = false;
      let closing: (code: number, reason: string) => void = () => socket.destroy();
      try {
        if (acceptor.size() >= MAX_SOCKETS)
          throw new ThawError('capacity', `There are ${MAX_SOCKETS} WebSockets open already.`);
        const { route, call } = await admit(options, find, request, address, controller.signal);
        const serve = route.socket;
        if (serve === undefined) throw new Refusal(problem(400, 'There is no WebSocket here.'));
        stop = await keepActive(call);
        await serve(call, async () => {
          accepted = true;
          const opened = await acceptor.accept(request, socket, head);
          controller.signal.addEventListener('abort', () => opened.close(1001));
          closing = (code, reason) => opened.close(code, reason);
          return opened;
        });
        closing(1000, '');
      } catch (error) {
        if (!accepted) refuse(request, responseOn(request), error);
        else {
          if (isDefect(error)) log.error({ err: error, path: pathOf(request) }, 'a toolbox WebSocket failed');
          closing(1011, toProblem(error).message);
        }
      } finally {
        stop();
      }
    },

    close: () => acceptor.close(),
  };
}

/** An ordinary response to a request to upgrade, after which the connection ends. */
function responseOn(request: IncomingMessage): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  if (!request.socket.destroyed) response.assignSocket(request.socket);
  response.once('finish', () => request.socket.end());
  return response;
}

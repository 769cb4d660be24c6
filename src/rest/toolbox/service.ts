/** The toolbox as a service of the owner's listener, and who is let into it: API keys, and the sandbox's own preview token. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Backend, CallContext } from '../../backend/port.ts';
import type { PreviewTarget } from '../../backend/preview-target.ts';
import type { Clock } from '../../clock.ts';
import { refuseJson } from '../../http/answer.ts';
import { type Authenticator, AuthFailure, type HttpService } from '../../http/service.ts';
import type { Logger } from '../../log.ts';
import { type ToolboxAddress, toolboxAddress } from './address.ts';
import { allowOrigin, isPreflight } from './cross-origin.ts';
import { problem, problemBody, Refusal } from './problem.ts';
import { toolboxRoutes } from './routes.ts';
import { openToolbox, type Toolbox, type ToolboxCaller } from './toolbox.ts';

/** The port that the API's own daemon has: its previews are never public, so that a token must be shown. */
const DAEMON_PORT = 2_280;

export interface ToolboxServiceOptions {
  readonly authenticator: Authenticator;
  readonly backend: (context: CallContext) => Promise<Backend>;
  /** Knows the preview tokens; null while there is no engine. */
  readonly previews: () => PreviewTarget | null;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Whether a preview token opens the sandbox, which is named by its id then. */
function opens(previews: PreviewTarget | null, { sandbox, token }: ToolboxAddress): boolean {
  if (token === null || previews === null) return false;
  const credentials = { bearer: null, header: token, query: null, cookies: [] };
  return previews.admit({ name: sandbox, port: DAEMON_PORT }, credentials).kind === 'granted';
}

/** Opens the toolbox for the service below and for other mounts of it. */
export function makeToolbox({
  authenticator,
  backend,
  previews,
  clock,
  log,
}: ToolboxServiceOptions): Toolbox {
  const admit = async (request: IncomingMessage, address: ToolboxAddress): Promise<ToolboxCaller> => {
    if (request.headers.authorization === undefined && opens(previews(), address))
      return { mayWrite: true, context: {} };
    const identity = await authenticator.authenticate(request);
    if (identity instanceof AuthFailure) {
      const message = identity.status === 401 ? 'Invalid credentials' : identity.message;
      throw new Refusal(problem(identity.status, message), identity.headers);
    }
    const { organizationId } = identity;
    return {
      mayWrite: identity.can('write:sandboxes'),
      context: organizationId === null ? {} : { organizationId },
    };
  };
  return openToolbox({ routes: toolboxRoutes, backend, admit, clock, log });
}

/** `{prefix}/{sandbox}/…`. */
export function toolboxService(toolbox: Toolbox, clock: Clock, prefix = '/toolbox'): HttpService {
  const open = new Set<Promise<void>>();
  return {
    prefix,
    anyOrigin: true,
    async handle(request: IncomingMessage, response: ServerResponse) {
      allowOrigin(request, response);
      if (isPreflight(request)) {
        response.writeHead(204).end();
        return;
      }
      const address = toolboxAddress(request, prefix);
      if (address !== null) {
        await toolbox.serve(request, response, address);
        return;
      }
      const path = request.url?.split('?', 1)[0] ?? '';
      const method = request.method ?? '';
      const body = problemBody(problem(404, `Cannot ${method} ${path}`), { method, path }, clock.now());
      refuseJson(request, response, 404, body);
    },
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
      const address = toolboxAddress(request, prefix);
      if (address === null) {
        socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
        return;
      }
      const work = toolbox.upgrade(request, socket, head, address).finally(() => open.delete(work));
      open.add(work);
    },
    async close() {
      toolbox.close();
      await Promise.all(open);
    },
  };
}

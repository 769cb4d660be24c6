/** The toolbox as a service of the owner's listener, and who is let into it: API keys, and the sandbox's own preview token. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Backend, type CallContext, requireGroup } from '../../backend/port.ts';
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
/** How long a signed URL waits for an engine that is not ready yet. */
const ADMIT_MS = 30_000;

export interface ToolboxServiceOptions {
  readonly authenticator: Authenticator;
  readonly backend: (context: CallContext) => Promise<Backend>;
  /** Knows the preview tokens; null while there is no engine. */
  readonly previews: () => PreviewTarget | null;
  readonly clock: Clock;
  readonly log: Logger;
}

/** By the sandbox's own preview token, which names it by its id; null when it does not open it. */
function byPreviewToken(
  previews: PreviewTarget | null,
  { sandbox, token }: ToolboxAddress,
): ToolboxCaller | null {
  if (token === null || previews === null) return null;
  const credentials = { bearer: null, header: token, query: null, cookies: [] };
  const admission = previews.admit({ name: sandbox, port: DAEMON_PORT }, credentials);
  if (admission.kind !== 'granted') return null;
  const { organizationId } = admission.grant;
  return { mayWrite: true, context: organizationId === undefined ? {} : { organizationId } };
}

/** By a signature of this one file (reference §4.5); null when there is none that is right. */
async function bySignature(
  backend: ToolboxServiceOptions['backend'],
  { sandbox, query }: ToolboxAddress,
  { method = '' }: IncomingMessage,
): Promise<ToolboxCaller | null> {
  const path = query.get('path');
  const expires = query.get('expires');
  const signature = query.get('signature');
  if (path === null || expires === null || signature === null) return null;
  const context: CallContext = { signal: AbortSignal.timeout(ADMIT_MS) };
  const signing = requireGroup(await backend(context), 'signing');
  // A signature that lets a file be written says nothing about how it is sent.
  const signed = { method: method === 'PUT' ? 'POST' : method, path, expires, signature };
  const admitted = await signing.admit(sandbox, signed, context);
  return admitted === null ? null : { mayWrite: true, context: admitted };
}

/** Opens the toolbox for the service below and for other mounts of it. */
export function makeToolbox({
  authenticator,
  backend,
  previews,
  clock,
  log,
}: ToolboxServiceOptions): Toolbox {
  const admit = async (
    request: IncomingMessage,
    address: ToolboxAddress,
    signable: boolean,
  ): Promise<ToolboxCaller> => {
    if (request.headers.authorization === undefined) {
      const caller =
        byPreviewToken(previews(), address) ??
        (signable ? await bySignature(backend, address, request) : null);
      if (caller !== null) return caller;
    }
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

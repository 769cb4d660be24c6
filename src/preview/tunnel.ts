/** Carries a WebSocket into a sandbox: the handshake as a request, then bytes both ways until either side ends. */
import { type IncomingMessage, request as open, type ServerResponse } from 'node:http';
import { type Duplex, pipeline } from 'node:stream';
import type { Clock } from '../clock.ts';
import { MAX_RESPONSE_HEADER_BYTES } from './forward.ts';
import type { Entry } from './gate.ts';
import { requestHeaders, responseHeaders } from './headers.ts';
import { showProblem } from './page.ts';
import { dialProblem, problems } from './problem.ts';

const HANDSHAKE_MS = 30_000;
const MAX_LISTENERS = 32;

export interface TunnelParts {
  readonly clock: Clock;
  /** Called once when the tunnel is over. */
  readonly onEnd: () => void;
}

/** Text of a header as it goes over the wire. */
function headOf(line: string, headers: readonly string[]): Buffer {
  const lines = [line];
  for (let at = 0; at + 1 < headers.length; at += 2) lines.push(`${headers[at]}: ${headers[at + 1]}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

function join(client: Duplex, clientHead: Buffer, sandbox: Duplex, sandboxHead: Buffer): void {
  if (sandboxHead.length > 0) client.write(sandboxHead);
  if (clientHead.length > 0) sandbox.write(clientHead);
  const end = (): void => {
    client.destroy();
    sandbox.destroy();
  };
  pipeline(client, sandbox, end);
  pipeline(sandbox, client, end);
}

/** `response` writes to the client's socket as long as there is no tunnel. */
export async function tunnel(
  request: IncomingMessage,
  response: ServerResponse,
  head: Buffer,
  entry: Entry,
  { clock, onEnd }: TunnelParts,
): Promise<void> {
  const client: Duplex = request.socket;
  // Two pipelines and the server itself watch it.
  client.setMaxListeners(MAX_LISTENERS);
  client.once('close', onEnd);
  const { target, grant, route } = entry;
  let stream: Duplex;
  try {
    stream = await target.dial(grant);
  } catch (error) {
    const problem = await dialProblem(error, grant.port, () => target.ports(grant.sandboxId));
    showProblem(request, response, problem ?? problems.broken);
    return;
  }
  client.once('close', () => stream.destroy());
  if (client.destroyed) stream.destroy();
  const headers = [...requestHeaders(request, entry), 'Connection', 'Upgrade', 'Upgrade', 'websocket'];
  const upstream = open({
    createConnection: () => stream,
    path: route.path,
    headers,
    maxHeaderSize: MAX_RESPONSE_HEADER_BYTES,
  });
  const cancelDeadline = clock.schedule(HANDSHAKE_MS, () => upstream.destroy());
  upstream.once('close', cancelDeadline);
  upstream.on('error', () => {
    if (response.headersSent || client.destroyed) client.destroy();
    else showProblem(request, response, problems.broken);
  });
  upstream.once('response', (incoming) => {
    // No WebSocket there: whatever it says instead is an ordinary response.
    response.writeHead(incoming.statusCode ?? 0, responseHeaders(incoming, entry));
    pipeline(incoming, response, () => upstream.destroy());
  });
  upstream.once('upgrade', (incoming, sandbox, sandboxHead) => {
    cancelDeadline();
    response.detachSocket(request.socket);
    const answered = ['Connection', 'Upgrade', 'Upgrade', 'websocket', ...responseHeaders(incoming, entry)];
    if (entry.cookie !== null) answered.push('Set-Cookie', entry.cookie);
    client.write(headOf('HTTP/1.1 101 Switching Protocols', answered));
    join(client, head, sandbox, sandboxHead);
  });
  upstream.end();
}

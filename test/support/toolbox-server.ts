/** A toolbox on a loopback port, over a backend that a test brings; its keys are these two. */
import { createServer, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Backend } from '../../src/backend/port.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { silentLogger } from '../../src/log.ts';
import { toolboxAddress } from '../../src/rest/toolbox/address.ts';
import { problem, Refusal } from '../../src/rest/toolbox/problem.ts';
import type { ToolboxRoute } from '../../src/rest/toolbox/route.ts';
import { toolboxRoutes } from '../../src/rest/toolbox/routes.ts';
import { openToolbox, type ToolboxCaller } from '../../src/rest/toolbox/toolbox.ts';

export const WRITER_KEY = 'dtn_writer';
export const READER_KEY = 'dtn_reader';
export const PREVIEW_TOKEN = 'preview-token';

export interface ToolboxServer {
  readonly port: number;
  /** Of the sandbox `box`. */
  readonly url: string;
  /** With the writer's key, unless the headers name another. */
  request(path: string, init?: RequestInit): Promise<Response>;
  post(path: string, body: unknown): Promise<Response>;
  close(): Promise<void>;
}

function callerOf(request: IncomingMessage, token: string | null): ToolboxCaller {
  const key = request.headers.authorization?.replace(/^Bearer /, '');
  if (key === WRITER_KEY || token === PREVIEW_TOKEN) return { mayWrite: true, context: {} };
  if (key === READER_KEY) return { mayWrite: false, context: {} };
  throw new Refusal(problem(401, 'Invalid credentials'));
}

export interface ToolboxServerOptions {
  readonly backend: Backend;
  readonly routes?: readonly ToolboxRoute[];
  readonly clock?: Clock;
}

/** Ends with `close`. */
export async function listenToolbox({
  backend,
  routes,
  clock,
}: ToolboxServerOptions): Promise<ToolboxServer> {
  const toolbox = openToolbox({
    routes: routes ?? toolboxRoutes,
    backend: () => Promise.resolve(backend),
    admit: async (request, { token }) => await Promise.resolve(callerOf(request, token)),
    clock: clock ?? systemClock,
    log: silentLogger(),
  });
  const failed: unknown[] = [];
  const server = createServer((request, response) => {
    const address = toolboxAddress(request, '/toolbox');
    if (address === null) response.writeHead(404).end();
    else toolbox.serve(request, response, address).catch((error: unknown) => failed.push(error));
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const address = toolboxAddress(request, '/toolbox');
    if (address === null) socket.destroy();
    else toolbox.upgrade(request, socket, head, address).catch((error: unknown) => failed.push(error));
  });
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = `http://127.0.0.1:${port}/toolbox/box`;
  const request = (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    if (!headers.has('authorization')) headers.set('authorization', `Bearer ${WRITER_KEY}`);
    return fetch(`${url}${path}`, { ...init, headers });
  };
  return {
    port,
    url,
    request,
    post: (path, body) =>
      request(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    async close() {
      toolbox.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (failed.length > 0) throw new Error('the toolbox let something through', { cause: failed[0] });
    },
  };
}

/** Ends with the test. */
export async function toolboxServer(options: ToolboxServerOptions): Promise<ToolboxServer> {
  const server = await listenToolbox(options);
  onTestFinished(() => server.close());
  return server;
}

/** What the server answers to bytes as they are, until it ends the connection. */
export function rawExchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.once('close', () => resolve(answer));
    socket.once('error', reject);
    socket.write(bytes);
  });
}

/** The owner's control interface: HTTP with JSON on a local socket that only its user can reach. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { z } from 'zod';
import { toThawError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { type KeyAnswer, KeyCall } from './key-requests.ts';
import { type PruneReport, PruneRequest } from './prune.ts';
import { type OwnerStatus, StopRequest } from './status.ts';

const MAX_BODY_BYTES = 4_096;

export interface ControlServerOptions {
  readonly path: string;
  readonly pid: number;
  readonly status: () => Promise<OwnerStatus>;
  /** Throws ThawError, whose message is answered. */
  readonly prune: (request: PruneRequest) => Promise<PruneReport>;
  /** Throws ThawError, whose message is answered. */
  readonly keys: (call: KeyCall) => KeyAnswer;
  /** Called after the answer went out. */
  readonly stop: (request: StopRequest) => void;
  readonly log: Logger;
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    if (!Buffer.isBuffer(part)) return null;
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

function parseBody<Shape extends z.ZodType>(schema: Shape, body: string | null): z.output<Shape> | null {
  try {
    const parsed = schema.safeParse(JSON.parse(body ?? ''));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Answers what `work` makes of a body of the given shape. */
async function answerWork<Shape extends z.ZodType>(
  response: ServerResponse,
  body: string | null,
  shape: Shape,
  work: (wanted: z.output<Shape>) => object | Promise<object>,
): Promise<void> {
  const wanted = parseBody(shape, body);
  if (wanted === null) {
    answer(response, 400, { error: 'The body has another shape than this version of Thaw knows.' });
    return;
  }
  try {
    answer(response, 200, await work(wanted));
  } catch (error) {
    const { httpStatus, message, next } = toThawError(error);
    answer(response, httpStatus, { error: `${message} ${next}` });
  }
}

function answer(response: ServerResponse, status: number, value: object, then?: () => void): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify(value), then);
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: ControlServerOptions,
): Promise<void> {
  const route = `${request.method} ${request.url}`;
  if (route === 'GET /status') {
    answer(response, 200, await options.status());
  } else if (route === 'POST /stop') {
    const wanted = parseBody(StopRequest, await readBody(request));
    if (wanted === null) answer(response, 400, { error: 'The body must be {"sandboxes":"stop"|"keep"}.' });
    else answer(response, 202, { pid: options.pid }, () => options.stop(wanted));
  } else if (route === 'POST /prune') {
    await answerWork(response, await readBody(request), PruneRequest, options.prune);
  } else if (route === 'POST /keys') {
    await answerWork(response, await readBody(request), KeyCall, options.keys);
  } else {
    answer(response, 404, { error: 'There is GET /status, POST /keys, POST /prune and POST /stop.' });
  }
}

/** Rejects with the errno of listen(2). Resolves to what closes it. */
export async function openControlServer(options: ControlServerOptions): Promise<() => void> {
  const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, (request, response) => {
    handle(request, response, options).catch((error: unknown) => {
      options.log.warn({ err: error }, 'control request failed');
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.path, () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.on('error', (error) => options.log.error({ err: error }, 'control server failed'));
  return () => {
    server.close();
    server.closeIdleConnections();
  };
}

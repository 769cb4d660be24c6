/** One plain HTTP request to a Docker Engine over node:http, for what must run before or without the full client. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import type { DockerEndpoint } from '../engine/docker/endpoint.ts';

export interface EngineRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readable | Buffer;
  /** Ends the request and its answer. */
  readonly signal: AbortSignal;
}

/** Resolves with the answer's head; its body is still to be read or resumed. Rejects with Node's own errors. */
export function requestEngine(endpoint: DockerEndpoint, options: EngineRequest): Promise<IncomingMessage> {
  const { method, path, headers = {}, body, signal } = options;
  const common = { method, path, headers, signal, agent: false } as const;
  return new Promise((resolve, reject) => {
    const open = () => {
      if (endpoint.kind === 'socket') {
        return httpRequest({ ...common, socketPath: endpoint.path, headers: { ...headers, host: 'docker' } });
      }
      const { host, port, tls } = endpoint;
      return tls === undefined
        ? httpRequest({ ...common, host, port })
        : httpsRequest({ ...common, host, port, ...tls });
    };
    const outgoing = open();
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
    if (body === undefined || Buffer.isBuffer(body)) outgoing.end(body);
    else body.once('error', (error) => outgoing.destroy(error)).pipe(outgoing);
  });
}

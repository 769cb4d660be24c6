/** The HTTP side of an owner of the benchmark: a key, and requests over one kept-alive connection as SDKs make them. */
import { readFile } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { OwnerStatus } from '../../../src/control/status.ts';

export interface Api {
  /** `http://127.0.0.1:PORT/api`. */
  readonly url: string;
  readonly key: string;
  /** The parsed answer of a request that must succeed. */
  json(method: string, url: string, body?: object): Promise<Readonly<Record<string, unknown>>>;
  /** Sends a body as it comes, and drops the answer. */
  put(url: string, type: string, body: Readable): Promise<void>;
  /** Reads an answer to its end, and counts its bytes. */
  drain(url: string): Promise<number>;
  close(): void;
}

const Answer = z.record(z.string(), z.unknown());

async function textOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of response) if (Buffer.isBuffer(part)) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** Throws when the owner has no HTTP side. */
export async function openApi({ http }: OwnerStatus): Promise<Api> {
  if (http === null || http.keyFile === null) throw new Error('The owner of the benchmark has no HTTP side.');
  const key = (await readFile(http.keyFile, 'utf8')).trim();
  const agent = new Agent({ keepAlive: true });
  const send = (
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    body: Readable | string,
  ): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        url,
        { method, agent, headers: { authorization: `Bearer ${key}`, ...headers } },
        (response) => {
          const { statusCode = 0 } = response;
          if (statusCode < 300) resolve(response);
          else
            textOf(response).then(
              (text) => reject(new Error(`${method} ${url}: ${statusCode} ${text}`)),
              reject,
            );
        },
      );
      outgoing.once('error', reject);
      if (typeof body === 'string') outgoing.end(body);
      else pipeline(body, outgoing).catch(reject);
    });
  return {
    url: `${http.url}/api`,
    key,
    async json(method, url, body) {
      const text = body === undefined ? '' : JSON.stringify(body);
      const headers: Record<string, string> =
        body === undefined ? {} : { 'content-type': 'application/json' };
      const answer = await textOf(await send(method, url, headers, text));
      return answer === '' ? {} : Answer.parse(JSON.parse(answer));
    },
    async put(url, type, body) {
      await textOf(await send('POST', url, { 'content-type': type }, body));
    },
    async drain(url) {
      let bytes = 0;
      for await (const part of await send('GET', url, {}, ''))
        if (Buffer.isBuffer(part)) bytes += part.length;
      return bytes;
    },
    close: () => agent.destroy(),
  };
}

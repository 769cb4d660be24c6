/** One way of asking a server on a local socket in both protocol eras, for tests of what both of them answer. */
import { ResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { connectSocketClient } from './mcp-client.ts';
import { modernMeta } from './mcp-http-fixture.ts';
import { connectRaw } from './raw-connection.ts';

export const eras = ['2025-11-25', '2026-07-28'] as const;
export type Era = (typeof eras)[number];

type Params = Readonly<Record<string, unknown>>;

export interface EraClient {
  /** The result, without what only the protocol needs. Rejects with the `code` and `message` of an error. */
  ask(method: string, params?: Params): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

/** What the server says of itself in every answer of the stateless era is of no interest here. */
const own = ({ resultType: _type, _meta, ...result }: Record<string, unknown>): Record<string, unknown> => {
  const { 'io.modelcontextprotocol/serverInfo': _info, ...meta }: Record<string, unknown> = {
    ...Object(_meta),
  };
  return { ...result, ...(Object.keys(meta).length === 0 ? {} : { _meta: meta }) };
};

async function connectModern(path: string): Promise<EraClient> {
  const raw = await connectRaw(path);
  let asked = 0;
  return {
    async ask(method, params = {}) {
      asked += 1;
      raw.send({ jsonrpc: '2.0', id: asked, method, params: { ...params, _meta: modernMeta() } });
      const { id, result, error } = await raw.next();
      if (id !== asked) throw new Error(`an answer to ${String(id)}`);
      if (error !== undefined) throw Object.assign(new Error('an error of the protocol'), error);
      return own({ ...Object(result) });
    },
    async close() {
      raw.socket.end();
      await raw.closed;
    },
  };
}

async function connectOlder(path: string): Promise<EraClient> {
  const client = await connectSocketClient(path);
  return {
    ask: async (method, params = {}) => own(await client.request({ method, params }, ResultSchema)),
    close: () => client.close(),
  };
}

export const connectEra = (era: Era, path: string): Promise<EraClient> =>
  era === '2026-07-28' ? connectModern(path) : connectOlder(path);

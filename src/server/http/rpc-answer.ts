/** HTTP answers that are JSON-RPC errors without a request: what is wrong was found before a message was read. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { refuseJson } from '../../http/answer.ts';

export interface RpcRefusal {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const PARSE_ERROR = -32_700;
export const INVALID_REQUEST = -32_600;
export const INVALID_PARAMS = -32_602;
/** For everything of HTTP: the protocol has no code of its own for it. */
export const REFUSED = -32_000;
/** What clients of sessions know a session by that is not there. */
const NO_SESSION = -32_001;

export const noSession: RpcRefusal = {
  status: 404,
  code: NO_SESSION,
  message: 'Session not found. Initialize a new one.',
};

export function refuse(request: IncomingMessage, response: ServerResponse, refusal: RpcRefusal): void {
  const { status, code, message, headers = {} } = refusal;
  refuseJson(request, response, status, { jsonrpc: '2.0', error: { code, message }, id: null }, headers);
}

/** The answers to lines that are no message: JSON-RPC errors that say what is wrong, with the id where it can be found. */

export interface LineError {
  readonly jsonrpc: '2.0';
  readonly id: string | number | null;
  readonly error: { readonly code: number; readonly message: string };
}

const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;

const answer = (id: LineError['id'], code: number, message: string): LineError => ({
  jsonrpc: '2.0',
  id,
  error: { code, message },
});

const headId = /^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d{1,15}|"[^"\\]{1,64}")\s*,/;
const tailId = /,\s*"id"\s*:\s*(\d{1,15}|"[^"\\]{1,64}")\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$/;

/** The id of a message of which only both ends are left, where clients put it first or last. */
function findId(ends: { readonly head: string; readonly tail: string }): LineError['id'] {
  const text = headId.exec(ends.head)?.[1] ?? tailId.exec(ends.tail)?.[1];
  if (text === undefined) return null;
  return text.startsWith('"') ? text.slice(1, -1) : Number(text);
}

export function oversizeError(
  ends: { readonly head: string; readonly tail: string; readonly bytes: number },
  maxBytes: number,
): LineError {
  return answer(
    findId(ends),
    INVALID_REQUEST,
    `The message has ${ends.bytes} bytes; at most ${maxBytes} are accepted. Send less in one call.`,
  );
}

export const parseError = (): LineError =>
  answer(null, PARSE_ERROR, 'The line is not valid JSON. Send one JSON-RPC message a line.');

/** For JSON that is no JSON-RPC 2.0 message. */
export function invalidMessageError(value: unknown): LineError {
  if (Array.isArray(value)) {
    return answer(null, INVALID_REQUEST, 'Batches are not supported. Send one JSON-RPC message a line.');
  }
  const id: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'id') : undefined;
  const known = typeof id === 'string' || typeof id === 'number' ? id : null;
  return answer(known, INVALID_REQUEST, 'This is no JSON-RPC 2.0 message.');
}

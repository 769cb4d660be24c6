/**
 * Answers plain tool calls of the older era in front of the SDK's server, which checks each request and result twice more
 * and would take a third of the whole time of a short call. Everything else passes through to it: other methods, and calls
 * that are not well formed, which it refuses in its own words.
 */
import type { Transport, TransportSendOptions } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  ErrorCode,
  type JSONRPCMessage,
  type JSONRPCRequest,
  McpError,
  type MessageExtraInfo,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import type { ToolResult } from './respond.ts';
import { type ToolRequest, UnknownToolError } from './tool-request.ts';

export type AnswerCall = (request: ToolRequest) => Promise<ToolResult>;

const RELATED_TASK = 'io.modelcontextprotocol/related-task';

interface PlainCall {
  readonly name: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
  readonly _meta?: { readonly progressToken?: string | number };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isProgressToken = (value: unknown): boolean =>
  value === undefined || typeof value === 'string' || Number.isInteger(value);

function isPlain(params: unknown): params is PlainCall {
  if (!isObject(params) || typeof params['name'] !== 'string' || params['task'] !== undefined) return false;
  const { arguments: given, _meta: meta } = params;
  if (given !== undefined && !isObject(given)) return false;
  return (
    meta === undefined ||
    (isObject(meta) && isProgressToken(meta['progressToken']) && !(RELATED_TASK in meta))
  );
}

function errorFor(thrown: unknown): { readonly code: number; readonly message: string } {
  const code = thrown instanceof UnknownToolError ? ErrorCode.InvalidParams : ErrorCode.InternalError;
  const text = thrown instanceof UnknownToolError ? thrown.message : 'The call could not be answered.';
  // The SDK puts the code in front of the words.
  return { code, message: new McpError(code, text).message };
}

export class DirectCalls implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage, extra?: MessageExtraInfo) => void;

  readonly #inner: Transport;
  readonly #answer: AnswerCall;
  readonly #running = new Map<RequestId, AbortController>();

  constructor(inner: Transport, answer: AnswerCall) {
    this.#inner = inner;
    this.#answer = answer;
  }

  get sessionId(): string | undefined {
    return this.#inner.sessionId;
  }

  async start(): Promise<void> {
    const inner = this.#inner;
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has callbacks and no events
    inner.onmessage = (message, extra) => this.#receive(message, extra);
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has callbacks and no events
    inner.onerror = (error) => this.onerror?.(error);
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has callbacks and no events
    inner.onclose = () => {
      for (const call of this.#running.values()) call.abort();
      this.#running.clear();
      this.onclose?.();
    };
    await inner.start();
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    await this.#inner.send(message, options);
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }

  #receive(message: JSONRPCMessage, extra?: MessageExtraInfo): void {
    if ('method' in message) {
      if (message.method === 'tools/call' && 'id' in message && isPlain(message.params)) {
        this.#run(message, message.params).catch((error: unknown) =>
          this.onerror?.(error instanceof Error ? error : new Error(String(error))),
        );
        return;
      }
      if (message.method === 'notifications/cancelled' && this.#cancel(message.params?.['requestId'])) return;
    }
    this.onmessage?.(message, extra);
  }

  /** A cancelled call gets no answer. */
  #cancel(id: unknown): boolean {
    if (typeof id !== 'string' && typeof id !== 'number') return false;
    const call = this.#running.get(id);
    this.#running.delete(id);
    call?.abort();
    return call !== undefined;
  }

  async #run({ id }: JSONRPCRequest, params: PlainCall): Promise<void> {
    const call = new AbortController();
    this.#running.set(id, call);
    const outcome = await this.#outcome(id, params, call.signal);
    // Gone, or cancelled; or another request has its id by now.
    if (call.signal.aborted) return;
    if (this.#running.get(id) === call) this.#running.delete(id);
    await this.#inner.send({ jsonrpc: '2.0', id, ...outcome });
  }

  async #outcome(id: RequestId, params: PlainCall, signal: AbortSignal) {
    try {
      const result = await this.#answer({
        name: params.name,
        arguments: params.arguments,
        progressToken: params._meta?.progressToken,
        signal,
        sendProgress: async (progress) => {
          if (signal.aborted) return;
          const notification = { method: 'notifications/progress', params: { ...progress } } as const;
          await this.#inner.send({ jsonrpc: '2.0', ...notification }, { relatedRequestId: id });
        },
      });
      return { result };
    } catch (error) {
      return { error: errorFor(error) };
    }
  }
}

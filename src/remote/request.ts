/** What is sent to the API and what comes back, in plain values. */
import type { ErrorCode } from '../errors.ts';

/** What is known about an operation before it is sent. */
export interface Operation {
  /** The API's operation id, or `METHOD /path` of the toolbox. Errors name it. */
  readonly name: string;
  /** Sending it twice does no more than sending it once: failures of the way there are tried again. */
  readonly idempotent?: boolean;
  /** A 409 passes by itself here (another operation on the sandbox is under way), so it is tried again. */
  readonly retryConflict?: boolean;
  /** What statuses mean for this operation where it is not what they mean in general. */
  readonly codes?: Readonly<Partial<Record<number, ErrorCode>>>;
  /** For all attempts together. */
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
}

export interface RemoteRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string | null;
}

/** The whole answer, its body within a bound. */
export interface RemoteAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

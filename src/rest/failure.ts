/** What a request is answered with when it fails: a status and the API's words. */
import type { ErrorCode } from '../errors.ts';

export interface FailureOptions {
  /** Thaw's own code, for clients that know it; the API has none. */
  readonly code?: ErrorCode;
  /** What the caller may do, in Thaw's words. */
  readonly next?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly status: number;
  readonly code: ErrorCode | null;
  readonly next: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, options: FailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = status;
    this.code = options.code ?? null;
    this.next = options.next ?? null;
    this.headers = options.headers ?? {};
  }
}

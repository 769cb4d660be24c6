/** What the owner's HTTP listener carries: services by prefix, and who may call them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Identity } from '../keys/permissions.ts';

export interface HttpService {
  /** As `/api`: serves that path and everything below it; the longest prefix wins. */
  readonly prefix: string;
  /**
   * It answers cross-origin questions itself, and its callers show a key in a header. Without this, requests with a
   * foreign Origin are refused before they reach it.
   */
  readonly anyOrigin?: boolean;
  /** A rejection is answered with status 500 when nothing was answered yet. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends what is open, when the listener closes. */
  close?(): Promise<void>;
}

/** Why a request is not let in. `message` is for the caller. */
export class AuthFailure {
  readonly status: 401 | 403 | 429;
  readonly message: string;
  /** With `www-authenticate` or `retry-after`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: 401 | 403 | 429, message: string, headers: Readonly<Record<string, string>>) {
    this.status = status;
    this.message = message;
    this.headers = headers;
  }
}

/** Looks at the `Authorization: Bearer` header and at nothing else: what is in a URL ends up in logs. */
export interface Authenticator {
  authenticate(request: IncomingMessage): Promise<Identity | AuthFailure>;
}

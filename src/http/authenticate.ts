/** Lets requests in by API key, and by an OAuth token where an issuer is configured. */
import type { IncomingMessage } from 'node:http';
import type { FailedAttempts } from '../keys/failed-attempts.ts';
import type { KeyBook } from '../keys/key-book.ts';
import type { Identity } from '../keys/permissions.ts';
import { type Authenticator, AuthFailure } from './service.ts';

/** Longer than any JWT that makes sense. */
const MAX_TOKEN_LENGTH = 16_384;

export type TokenVerdict = Identity | 'invalid' | 'insufficient_scope';

/** Checks tokens that are no API keys. */
export interface TokenVerifier {
  /** What a client reads to learn where tokens come from. */
  readonly metadataUrl: (request: IncomingMessage) => string;
  verify(token: string): Promise<TokenVerdict>;
  /** What a token must have in its scope to be let in. */
  readonly scope: string;
}

export interface AuthenticatorOptions {
  readonly keys: KeyBook;
  readonly attempts: FailedAttempts;
  readonly tokens?: TokenVerifier | undefined;
}

function bearerToken(request: IncomingMessage): string | null {
  const { authorization } = request.headers;
  const token = /^Bearer +([^\s,]+) *$/i.exec(authorization ?? '')?.[1];
  return token === undefined || token.length > MAX_TOKEN_LENGTH ? null : token;
}

export function makeAuthenticator({ keys, attempts, tokens }: AuthenticatorOptions): Authenticator {
  const challenge = (request: IncomingMessage, error: string | null): Readonly<Record<string, string>> => {
    const parts = [
      ...(error === null ? [] : [`error="${error}"`]),
      ...(tokens === undefined
        ? []
        : [`scope="${tokens.scope}"`, `resource_metadata="${tokens.metadataUrl(request)}"`]),
    ];
    return { 'www-authenticate': ['Bearer', parts.join(', ')].join(' ').trim() };
  };

  return {
    async authenticate(request) {
      const token = bearerToken(request);
      if (token === null) {
        return new AuthFailure(
          401,
          'Show an API key as "Authorization: Bearer dtn_...". `thaw key create` makes one.',
          challenge(request, null),
        );
      }
      // A good key is let in even from an address that sent many wrong ones: behind one address there may be several
      // callers (all local ones, for a start), and none of them may lock the others out.
      const identity = keys.find(token);
      if (identity !== null) return identity;
      const address = request.socket.remoteAddress ?? '';
      const waitSeconds = attempts.waitSeconds(address);
      if (waitSeconds > 0) {
        return new AuthFailure(429, `Too many wrong keys. Wait ${waitSeconds} s, then use a valid one.`, {
          'retry-after': String(waitSeconds),
        });
      }
      const claimed = (await tokens?.verify(token)) ?? 'invalid';
      if (typeof claimed === 'object') return claimed;
      if (claimed === 'insufficient_scope') {
        const message = `The token's scope allows nothing here. Ask for "${tokens?.scope ?? ''}".`;
        return new AuthFailure(403, message, challenge(request, claimed));
      }
      attempts.note(address);
      return new AuthFailure(
        401,
        'This API key is not valid: it is unknown, revoked or expired. `thaw key create` makes a new one.',
        challenge(request, 'invalid_token'),
      );
    },
  };
}

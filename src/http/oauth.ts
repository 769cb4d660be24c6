/**
 * OAuth tokens of a configured issuer: JWTs whose signature, issuer, audience, times and scopes are checked. The owner
 * is a resource server only; it passes no token on and keeps none.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Identity } from '../keys/permissions.ts';
import { isPermission, makeIdentity, permissions } from '../keys/permissions.ts';
import type { Logger } from '../log.ts';
import { answerJson, refuseJson } from './answer.ts';
import type { TokenVerdict, TokenVerifier } from './authenticate.ts';
import type { HttpService } from './service.ts';

const FETCH_MS = 5_000;
const MAX_METADATA_BYTES = 262_144;
/** Forgives clocks that differ a little. */
const CLOCK_TOLERANCE = '30s';
/** Grants everything; single permissions are scopes of their own. */
export const FULL_SCOPE = 'thaw';

export interface OAuthSettings {
  readonly issuer: string;
  /** What tokens must be made for. */
  readonly audience: string;
  /** Null: what the issuer's metadata say. */
  readonly jwksUrl: string | null;
}

export const METADATA_PREFIX = '/.well-known/oauth-protected-resource';

const Metadata = z.object({ jwks_uri: z.url() });

/** Where the issuer publishes its keys. Throws when it does not say. */
async function discoverJwks(issuer: string): Promise<URL> {
  const base = issuer.replace(/\/$/, '');
  for (const name of ['oauth-authorization-server', 'openid-configuration']) {
    const response = await fetch(`${base}/.well-known/${name}`, {
      signal: AbortSignal.timeout(FETCH_MS),
      redirect: 'error',
    });
    if (!response.ok) continue;
    const text = await response.text();
    if (text.length > MAX_METADATA_BYTES) continue;
    return new URL(Metadata.parse(JSON.parse(text)).jwks_uri);
  }
  throw new Error('the issuer publishes no metadata');
}

function scopesOf(payload: JWTPayload): readonly string[] {
  const { scope, scp } = payload;
  if (typeof scope === 'string') return scope.split(' ');
  return Array.isArray(scp) ? scp.filter((word) => typeof word === 'string') : [];
}

/** A tenant of its own for each subject: what one user makes is not another one's. Stable, in the form of a UUID. */
function tenantOf(issuer: string, subject: string): string {
  const hash = createHash('sha256').update(`${issuer}\n${subject}`).digest('hex');
  const variant = ((Number.parseInt(hash.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-${variant}${hash.slice(18, 20)}-${hash.slice(20, 32)}`;
}

function identify(issuer: string, payload: JWTPayload): Identity | null {
  const { sub } = payload;
  if (sub === undefined || sub === '') return null;
  const scopes = scopesOf(payload);
  const granted = scopes.includes(FULL_SCOPE) ? permissions : scopes.filter(isPermission);
  if (granted.length === 0) return null;
  const tenant = tenantOf(issuer, sub);
  return makeIdentity({
    keyName: `oauth:${tenant}`,
    userId: tenant,
    organizationId: tenant,
    permissions: new Set<string>(granted),
  });
}

export function makeTokenVerifier({ issuer, audience, jwksUrl }: OAuthSettings, log: Logger): TokenVerifier {
  let keys: Promise<ReturnType<typeof createRemoteJWKSet>> | null = null;
  const openKeys = async (): Promise<ReturnType<typeof createRemoteJWKSet>> =>
    createRemoteJWKSet(jwksUrl === null ? await discoverJwks(issuer) : new URL(jwksUrl), {
      timeoutDuration: FETCH_MS,
    });
  const keySet = async (): Promise<ReturnType<typeof createRemoteJWKSet>> => {
    keys ??= openKeys();
    try {
      return await keys;
    } catch (error) {
      // An issuer that was away for a moment is asked again by the next token.
      keys = null;
      throw error;
    }
  };
  return {
    scope: FULL_SCOPE,
    metadataUrl: (request) => `${baseOf(request)}${METADATA_PREFIX}/mcp`,
    verify: async (token): Promise<TokenVerdict> => {
      if (token.split('.').length !== 3) return 'invalid';
      try {
        const { payload } = await jwtVerify(token, await keySet(), {
          issuer,
          audience,
          clockTolerance: CLOCK_TOLERANCE,
          // Asymmetric ones alone: a public key must never serve as a shared secret.
          algorithms: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA'],
          requiredClaims: ['sub', 'exp'],
        });
        return identify(issuer, payload) ?? 'insufficient_scope';
      } catch (error) {
        const expected = error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout);
        log[expected ? 'debug' : 'warn']({ err: error }, 'an OAuth token could not be accepted');
        return 'invalid';
      }
    },
  };
}

/** The listener as its caller addresses it. The Host was checked before. */
const baseOf = (request: IncomingMessage): string => `http://${request.headers.host ?? 'localhost'}`;

/** Protected resource metadata (RFC 9728), for clients that were refused. */
export const metadataService = ({ issuer, audience }: OAuthSettings): HttpService => ({
  prefix: METADATA_PREFIX,
  anyOrigin: true,
  handle: async (request, response) => {
    if (request.method !== 'GET') {
      refuseJson(request, response, 405, { error: 'Use GET.' }, { allow: 'GET' });
      return;
    }
    answerJson(
      response,
      200,
      {
        resource: audience,
        authorization_servers: [issuer],
        scopes_supported: [FULL_SCOPE, ...permissions],
        bearer_methods_supported: ['header'],
      },
      { 'access-control-allow-origin': '*' },
    );
  },
});

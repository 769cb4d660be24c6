/** OAuth tokens over HTTP: which are let in, as whom, and what a refused client is told. */

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, IncomingMessage, type Server } from 'node:http';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { makeAuthenticator } from '../../../src/http/authenticate.ts';
import { openHttpListener } from '../../../src/http/listener.ts';
import { makeTokenVerifier, metadataService } from '../../../src/http/oauth.ts';
import { type Authenticator, AuthFailure } from '../../../src/http/service.ts';
import { FailedAttempts } from '../../../src/keys/failed-attempts.ts';
import { KeyBook } from '../../../src/keys/key-book.ts';
import { silentLogger } from '../../../src/log.ts';

const AUDIENCE = 'https://thaw.example.com/mcp';
let directory: string;
let server: Server;
let issuer: string;
let own: CryptoKey;
let foreign: CryptoKey;
let authenticator: Authenticator;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'thaw-oauth-'));
  const [mine, other] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')]);
  own = mine.privateKey;
  foreign = other.privateKey;
  const jwk = { ...(await exportJWK(mine.publicKey)), kid: 'k1', alg: 'ES256' };
  server = createServer((request, response) => {
    const found = request.url === '/.well-known/openid-configuration' || request.url === '/jwks';
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(request.url === '/jwks' ? { keys: [jwk] } : { jwks_uri: `${issuer}/jwks` }));
  });
  await new Promise<void>((resolve) => {
    server.listen({ host: '127.0.0.1', port: 0 }, resolve);
  });
  const address = server.address();
  issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  authenticator = makeAuthenticator({
    keys: new KeyBook(directory, systemClock),
    attempts: new FailedAttempts(systemClock),
    tokens: makeTokenVerifier({ issuer, audience: AUDIENCE, jwksUrl: null }, silentLogger()),
  });
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
  rmSync(directory, { recursive: true, force: true });
});

interface TokenParts {
  readonly scope?: string;
  readonly subject?: string;
  readonly audience?: string;
  readonly from?: string;
  readonly expires?: string;
  readonly key?: CryptoKey;
}

const token = ({ scope = 'thaw', subject = 'ann', audience, from, expires = '5m', key }: TokenParts = {}) =>
  new SignJWT({ scope })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
    .setIssuer(from ?? issuer)
    .setSubject(subject)
    .setAudience(audience ?? AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(key ?? own);

async function admit(bearer: string) {
  const request = new IncomingMessage(new Socket());
  request.headers.authorization = `Bearer ${bearer}`;
  request.headers.host = 'localhost:4440';
  return await authenticator.authenticate(request);
}

describe('a token', () => {
  it('of the issuer lets its subject in, each as a tenant of its own', async () => {
    const [ann, again, bob] = await Promise.all([
      admit(await token()),
      admit(await token()),
      admit(await token({ subject: 'bob' })),
    ]);
    if (ann instanceof AuthFailure || again instanceof AuthFailure || bob instanceof AuthFailure) {
      throw new Error('a good token was refused');
    }
    expect(ann.organizationId).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(again.organizationId).toBe(ann.organizationId);
    expect(bob.organizationId).not.toBe(ann.organizationId);
    expect(ann.can('delete:sandboxes')).toBe(true);
  });

  it('may do what its scopes say', async () => {
    const reader = await admit(await token({ scope: 'openid read:volumes' }));
    if (reader instanceof AuthFailure) throw new Error('a good token was refused');
    expect([reader.can('read:volumes'), reader.can('write:sandboxes')]).toEqual([true, false]);
    const nothing = await admit(await token({ scope: 'openid profile' }));
    expect(nothing).toMatchObject({
      status: 403,
      headers: { 'www-authenticate': expect.stringContaining('insufficient_scope') },
    });
  });

  it('for another audience, of another issuer, too old, unsigned or signed by another is refused', async () => {
    const good = await token();
    const [header = '', payload = ''] = good.split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const wrong = [
      await token({ audience: 'https://other.example.com' }),
      await token({ from: 'http://127.0.0.1:1' }),
      await token({ expires: '-5m' }),
      await token({ key: foreign }),
      `${none}.${payload}.`,
      `${header}.${payload}.AAAA`,
      'a.b.c',
    ];
    for (const bearer of wrong) {
      const refused = await admit(bearer);
      expect(refused).toMatchObject({
        status: 401,
        headers: {
          'www-authenticate': `Bearer error="invalid_token", scope="thaw", resource_metadata="http://localhost:4440/.well-known/oauth-protected-resource/mcp"`,
        },
      });
    }
  });
});

it('the metadata of the resource name the issuer and the audience', async () => {
  const listener = await openHttpListener({
    host: '127.0.0.1',
    port: 0,
    allowedHosts: [],
    allowedOrigins: [],
    services: [metadataService({ issuer, audience: AUDIENCE, jwksUrl: null })],
    log: silentLogger(),
  });
  const response = await fetch(`${listener.url}/.well-known/oauth-protected-resource/mcp`);
  expect(await response.json()).toMatchObject({ resource: AUDIENCE, authorization_servers: [issuer] });
  await listener.close();
});

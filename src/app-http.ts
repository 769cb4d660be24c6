/** What the owner serves over HTTP: its keys, who is let in, and the one listener with its services. */
import { makeServices, type ServiceParts } from './app-services.ts';
import type { Clock } from './clock.ts';
import type { OwnerConfig } from './control/owner-config.ts';
import type { OwnerStatus } from './control/status.ts';
import { makeAuthenticator } from './http/authenticate.ts';
import type { HttpListener } from './http/listener.ts';
import type { OAuthSettings } from './http/oauth.ts';
import { openHttp } from './http/open.ts';
import type { Authenticator, HttpService } from './http/service.ts';
import { FailedAttempts } from './keys/failed-attempts.ts';
import { ensureFirstKey, findFirstKey } from './keys/first-key.ts';
import { KeyBook } from './keys/key-book.ts';
import type { Logger } from './log.ts';

export interface OwnerHttpOptions extends Omit<ServiceParts, 'keys' | 'authenticator' | 'listener'> {
  /** Null when their file cannot be used. */
  readonly keys: KeyBook | null;
}

/** Null, with a line in the log, when the file of the keys cannot be used: then nobody is let in. */
export function openKeyBook(stateDir: string, clock: Clock, log: Logger): KeyBook | null {
  try {
    return new KeyBook(stateDir, clock);
  } catch (error) {
    log.error({ err: error }, 'the API keys cannot be used; HTTP is not served');
    return null;
  }
}

export interface OwnerHttp {
  /** Null when it is off or cannot listen. */
  readonly listener: HttpListener | null;
  status(): OwnerStatus['http'];
  /** Whether somebody was there since this was asked last. */
  wasUsed(): boolean;
  close(): Promise<void>;
}

/** Null when no issuer is configured; the audience is there then, which the configuration saw to. */
function oauthOf({ oauthIssuer, oauthAudience, oauthJwksUrl }: OwnerConfig): OAuthSettings | null {
  if (oauthIssuer === null || oauthAudience === null) return null;
  return { issuer: oauthIssuer, audience: oauthAudience, jwksUrl: oauthJwksUrl };
}

interface Door {
  readonly authenticator: Authenticator;
  /** What clients may read about it. */
  readonly services: readonly HttpService[];
}

/** Who is let in. */
async function openDoor(keys: KeyBook, { config, clock, log }: OwnerHttpOptions): Promise<Door> {
  const attempts = new FailedAttempts(clock);
  const settings = oauthOf(config);
  if (settings === null) return { authenticator: makeAuthenticator({ keys, attempts }), services: [] };
  const { makeTokenVerifier, metadataService } = await import('./http/oauth.ts');
  const tokens = makeTokenVerifier(settings, log);
  return {
    authenticator: makeAuthenticator({ keys, attempts, tokens }),
    services: [metadataService(settings)],
  };
}

export async function openOwnerHttp(options: OwnerHttpOptions): Promise<OwnerHttp> {
  const { config, keys, log } = options;
  const { stateDir } = config.paths;
  if (config.httpPort === 0 || keys === null)
    return { listener: null, status: () => null, wasUsed: () => false, close: async () => {} };
  ensureFirstKey(stateDir, keys);
  const door = await openDoor(keys, options);
  let listener: HttpListener | null = null;
  const { authenticator } = door;
  const services = await makeServices({ ...options, keys, authenticator, listener: () => listener });
  listener = await openHttp({ config, services: [...door.services, ...services], log });
  let seen = 0;
  return {
    listener,
    wasUsed: () => {
      const { requests = 0, connections = 0 } = listener ?? {};
      const used = requests > seen || connections > 0;
      seen = requests;
      return used;
    },
    status: () => (listener === null ? null : { url: listener.url, keyFile: findFirstKey(stateDir) }),
    close: async () => {
      await listener?.close();
      keys.flush();
    },
  };
}

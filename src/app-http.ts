/** What the owner serves over HTTP: its keys, who is let in, and the services of the one listener. */
import { type PreviewBase, previewTemplate } from './backend/preview-address.ts';
import { type Clock, toTimestamp } from './clock.ts';
import type { EngineSupply } from './control/engine-supply.ts';
import type { OwnerConfig } from './control/owner-config.ts';
import type { OwnerStatus } from './control/status.ts';
import { makeAuthenticator } from './http/authenticate.ts';
import type { HttpListener } from './http/listener.ts';
import { openHttp } from './http/open.ts';
import type { Authenticator, HttpService } from './http/service.ts';
import { FailedAttempts } from './keys/failed-attempts.ts';
import { ensureFirstKey, findFirstKey } from './keys/first-key.ts';
import { KeyBook } from './keys/key-book.ts';
import type { Logger } from './log.ts';
import { restService } from './rest/service.ts';
import { makeToolbox, toolboxService } from './rest/toolbox/service.ts';
import type { Toolbox } from './rest/toolbox/toolbox.ts';
import type { Catalogue } from './server/catalogue.ts';
import type { Connections } from './server/connections.ts';
import type { ProtocolExtension } from './server/extension.ts';
import { makeMcpService } from './server/http/service.ts';

export interface OwnerHttpOptions {
  readonly tools: Catalogue;
  readonly connections: Connections;
  readonly extension: ProtocolExtension;
  readonly config: OwnerConfig;
  /** Null when their file cannot be used. */
  readonly keys: KeyBook | null;
  readonly supply: EngineSupply;
  /** Where previews are served; null while they are not. */
  readonly previewBase: () => PreviewBase | null;
  readonly clock: Clock;
  readonly log: Logger;
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

/** What a service is made of. */
export interface ServiceParts extends OwnerHttpOptions {
  readonly keys: KeyBook;
  readonly authenticator: Authenticator;
  /** Where all of it is served. */
  readonly url: () => string;
}

export interface OwnerHttp {
  /** Null when it is off or cannot listen. */
  readonly listener: HttpListener | null;
  status(): OwnerStatus['http'];
  /** Whether somebody was there since this was asked last. */
  wasUsed(): boolean;
  close(): Promise<void>;
}

function toolboxOf({ authenticator, supply, clock, log }: ServiceParts): Toolbox {
  return makeToolbox({
    authenticator,
    backend: (context) => supply.acquire(context),
    previews: () => supply.engine?.previewTarget ?? null,
    clock,
    log,
  });
}

function restOf(parts: ServiceParts, toolbox: Toolbox): HttpService {
  const { supply, url } = parts;
  return restService({
    ...parts,
    toolbox,
    backend: (context) => supply.acquire(context),
    url,
    startedAt: toTimestamp(parts.clock.now()),
    defaultSnapshot: 'default',
    previewTemplate: () => previewTemplate(parts.previewBase()),
  });
}

function mcpOf(parts: ServiceParts): HttpService {
  const { authenticator, config, connections, extension, supply, clock, log, tools } = parts;
  return makeMcpService({
    authenticator,
    connections,
    extension,
    dependencies: { backend: (context) => supply.acquire(context), clock, log },
    catalogueFor: () => tools,
    clock,
    maxSessions: config.maxClients,
  });
}

/** Every service but `/healthz`. */
const makeServices = async (parts: ServiceParts): Promise<HttpService[]> => {
  const toolbox = toolboxOf(parts);
  return [toolboxService(toolbox, parts.clock), restOf(parts, toolbox), mcpOf(parts)];
};

export async function openOwnerHttp(options: OwnerHttpOptions): Promise<OwnerHttp> {
  const { config, keys, clock, log } = options;
  const { stateDir } = config.paths;
  if (config.httpPort === 0 || keys === null)
    return { listener: null, status: () => null, wasUsed: () => false, close: async () => {} };
  ensureFirstKey(stateDir, keys);
  const authenticator = makeAuthenticator({ keys, attempts: new FailedAttempts(clock) });
  let listener: HttpListener | null = null;
  const url = (): string => listener?.url ?? '';
  const services = await makeServices({ ...options, keys, authenticator, url });
  listener = await openHttp({ config, services, log });
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

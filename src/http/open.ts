/** Opens the owner's HTTP listener by its settings; an owner goes on without it. */
import { isIP } from 'node:net';
import type { Logger } from '../log.ts';
import { type HttpListener, healthService, openHttpListener } from './listener.ts';
import type { HttpService } from './service.ts';

export interface HttpSettings {
  readonly httpHost: string;
  readonly httpPort: number;
  readonly httpAllowedHosts: string | null;
  readonly httpAllowedOrigins: string | null;
}

const splitList = (list: string | null): string[] =>
  (list ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** Null when it is off or cannot listen, which is no reason to be without sandboxes. */
export async function openHttp({
  config,
  services,
  log,
}: {
  readonly config: HttpSettings;
  readonly services: readonly HttpService[];
  readonly log: Logger;
}): Promise<HttpListener | null> {
  const { httpHost: host, httpPort: port } = config;
  if (port === 0) return null;
  try {
    const listener = await openHttpListener({
      host,
      port,
      allowedHosts: splitList(config.httpAllowedHosts),
      allowedOrigins: splitList(config.httpAllowedOrigins),
      services: [healthService, ...services],
      log,
    });
    log.info({ url: listener.url }, 'HTTP is served');
    if (!isLoopback(host)) {
      log.warn({ host }, 'HTTP is served beyond this machine without TLS: put a TLS proxy before it');
    }
    return listener;
  } catch (error) {
    log.error({ err: error, host, port }, 'HTTP cannot be served');
    return null;
  }
}

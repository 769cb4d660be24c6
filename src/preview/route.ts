/** Which preview a request is for: by its host, or by its path on the listener itself. */
import { type PreviewAddress, type PreviewBase, pathPrefix, toAddress } from '../backend/preview-address.ts';

export interface Route {
  readonly address: PreviewAddress;
  readonly style: 'host' | 'path';
  /** What stands before the application's own paths; empty in the host style. */
  readonly prefix: string;
  /** Path and query as the application sees them. */
  readonly path: string;
  /** The host as the client named it, with its port. */
  readonly host: string;
}

export type Routing =
  | { readonly kind: 'preview'; readonly route: Route }
  /** The path of a preview without its last slash: relative links would lead astray. */
  | { readonly kind: 'add_slash'; readonly location: string }
  | { readonly kind: 'bad_request' | 'unknown_host' | 'no_preview' };

const HOST = /^([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?$/;
const IP_LITERAL = /^(?:(?:[0-9]{1,3}\.){3}[0-9]{1,3}|\[[0-9a-f:.]+\])$/;
const PATH = /^\/p\/([^/?]+)\/([^/?]+)(.*)$/s;

const only = (name: string, rawHeaders: readonly string[]): string | null => {
  const values = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name,
  );
  return values.length === 1 ? (values[0] ?? null) : null;
};

function byPath(host: string, path: string): Routing {
  const [, name = '', port = '', rest = ''] = PATH.exec(path) ?? [];
  const address = toAddress(name, port);
  if (address === null) return { kind: 'no_preview' };
  const prefix = pathPrefix(address);
  if (rest.startsWith('/'))
    return { kind: 'preview', route: { address, style: 'path', prefix, path: rest, host } };
  return { kind: 'add_slash', location: `http://${host}${prefix}/${rest}` };
}

/**
 * Names that are neither of the domain nor this machine's are refused, so that no name of somebody else which leads to
 * this address makes a browser take it for their site.
 */
export function routeOf(
  { url, rawHeaders }: { readonly url: string; readonly rawHeaders: readonly string[] },
  { domain, listenHost }: Pick<PreviewBase, 'domain' | 'listenHost'>,
): Routing {
  const host = only('host', rawHeaders)?.toLowerCase();
  const hostName = HOST.exec(host ?? '')?.[1];
  if (host === undefined || hostName === undefined || !url.startsWith('/')) return { kind: 'bad_request' };
  if (hostName.endsWith(`.${domain}`)) {
    const [, port = '', name = ''] =
      /^([0-9]+)-([0-9a-z-]+)$/.exec(hostName.slice(0, -domain.length - 1)) ?? [];
    const address = toAddress(name, port);
    if (address === null) return { kind: 'no_preview' };
    return { kind: 'preview', route: { address, style: 'host', prefix: '', path: url, host } };
  }
  const isOwn = IP_LITERAL.test(hostName) || hostName === 'localhost' || hostName === listenHost;
  return isOwn ? byPath(host, url) : { kind: 'unknown_host' };
}

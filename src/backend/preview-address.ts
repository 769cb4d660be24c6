/**
 * How the address of a preview is written and read. It names a port and either a sandbox, by its id, or a signed token
 * that stands for one: `<port>-<name>.<domain>` as a host, `/p/<name>/<port>/` as a path on the listener itself.
 */

export interface PreviewAddress {
  /** A sandbox's id (a UUID) or a signed token (16 letters and digits). */
  readonly name: string;
  readonly port: number;
}

/** Where previews are reached. */
export interface PreviewBase {
  readonly scheme: 'http' | 'https';
  /** In lower case. */
  readonly domain: string;
  /** The port in host-style URLs; null for the scheme's own. */
  readonly publicPort: number | null;
  /** The address and the port that the listener is bound to. */
  readonly listenHost: string;
  readonly listenPort: number;
}

const SANDBOX_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SIGNED_TOKEN = /^[a-z0-9]{16}$/;
const PORT = /^[1-9][0-9]{0,4}$/;
const MAX_PORT = 65_535;

export const isSignedName = (name: string): boolean => SIGNED_TOKEN.test(name);

/** Null for what is no address. */
export function toAddress(name: string, port: string): PreviewAddress | null {
  if (!PORT.test(port) || Number(port) > MAX_PORT) return null;
  return SANDBOX_ID.test(name) || isSignedName(name) ? { name, port: Number(port) } : null;
}

/** `localhost`, `name.example` or `https://name.example:8443`; null for anything else. */
export function parseDomain(
  text: string,
): (Pick<PreviewBase, 'scheme' | 'domain'> & { port: number | null }) | null {
  const match =
    /^(?:(https?):\/\/)?((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?::([0-9]{1,5}))?$/.exec(
      text.toLowerCase(),
    );
  if (match === null) return null;
  const [, scheme, domain = '', port] = match;
  if (port !== undefined && (!PORT.test(port) || Number(port) > MAX_PORT)) return null;
  return {
    scheme: scheme === 'https' ? 'https' : 'http',
    domain,
    port: port === undefined ? null : Number(port),
  };
}

const portSuffix = (port: number | null): string => (port === null ? '' : `:${port}`);

/** The host style: each preview is an origin of its own. */
export function hostUrl({ scheme, domain, publicPort }: PreviewBase, { name, port }: PreviewAddress): string {
  return `${scheme}://${port}-${name}.${domain}${portSuffix(publicPort)}`;
}

/** The host style with the API's placeholders; empty where no previews are served. */
export const previewTemplate = (base: PreviewBase | null): string =>
  base === null ? '' : `${base.scheme}://{{PORT}}-{{sandboxId}}.${base.domain}${portSuffix(base.publicPort)}`;

const ANY_ADDRESS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** What stands before the path of the application in the path style. */
export const pathPrefix = ({ name, port }: PreviewAddress): string => `/p/${name}/${port}`;

/** The path style: it needs no name resolution, and all previews share one origin. */
export function pathUrl({ listenHost, listenPort }: PreviewBase, address: PreviewAddress): string {
  const host = ANY_ADDRESS[listenHost] ?? listenHost;
  return `http://${host.includes(':') ? `[${host}]` : host}:${listenPort}${pathPrefix(address)}/`;
}

/** What of a message's header goes on to the other side: never what belongs to one connection, nor Thaw's own secrets. */
import type { IncomingMessage } from 'node:http';
import type { PreviewBase } from '../backend/preview-address.ts';
import type { PreviewGrant } from '../backend/preview-target.ts';
import { COOKIE_PREFIX, cookiesOf, withoutToken } from './credentials.ts';
import type { Route } from './route.ts';

/** Names and values in turn, as Node has them. */
type RawHeaders = readonly string[];
type Pair = readonly [name: string, value: string];

/** Of one connection alone (RFC 9110, 7.6.1), or spoken to the proxy. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Said by the proxy itself; what a client says there is not to be believed. */
const FORWARDED = /^(?:x-forwarded-.*|forwarded|x-real-ip|x-daytona-.*)$/;

/** What a sandbox must not tell a browser about more than its own preview. */
const OVERREACHING: ReadonlySet<string> = new Set(['alt-svc', 'clear-site-data', 'service-worker-allowed']);

const LOCAL_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '0.0.0.0', '[::1]', '[::]']);

function pairsOf(raw: RawHeaders): Pair[] {
  const pairs: Pair[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) pairs.push([raw[at] ?? '', raw[at + 1] ?? '']);
  return pairs;
}

/** Without the headers of the connection, those among them that `Connection` names. */
function endToEnd(raw: RawHeaders): Pair[] {
  const pairs = pairsOf(raw);
  const named = pairs
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.toLowerCase().split(','))
    .map((name) => name.trim());
  const gone = new Set([...HOP_BY_HOP, ...named]);
  // How long a body is must not depend on a header's say on what to drop.
  gone.delete('content-length');
  return pairs.filter(([name]) => !gone.has(name.toLowerCase()));
}

/** In the path style each preview has names of its own, so that it gets no cookie of other services at this address. */
const pathCookiePrefix = ({ address }: Route): string => `thaw.${address.name}.${address.port}.`;

function cookieHeader(value: string, route: Route): string {
  const prefix = pathCookiePrefix(route);
  return cookiesOf(value)
    .filter(
      ([name]) => !name.startsWith(COOKIE_PREFIX) && (route.style === 'host' || name.startsWith(prefix)),
    )
    .map(([name, content]) => `${route.style === 'host' ? name : name.slice(prefix.length)}=${content}`)
    .join('; ');
}

export interface Forwarding {
  readonly route: Route;
  readonly grant: PreviewGrant;
  readonly base: PreviewBase;
}

function requestPair([name, value]: Pair, { route, grant }: Forwarding): Pair[] {
  // Some applications read an underscore as a dash.
  const lower = name.toLowerCase().replaceAll('_', '-');
  if (FORWARDED.test(lower)) return [];
  if (lower === 'authorization' && grant.proof === 'bearer') return [];
  if (lower === 'referer') return [[name, withoutToken(value).path]];
  if (lower !== 'cookie') return [[name, value]];
  const cookies = cookieHeader(value, route);
  return cookies === '' ? [] : [[name, cookies]];
}

/** Methods whose requests have a body as a rule: without one they say so. */
const WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

export const hasBody = ({ headers }: Pick<IncomingMessage, 'headers'>): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** The header of a request as the sandbox gets it. */
export function requestHeaders(request: IncomingMessage, forwarding: Forwarding): string[] {
  const { route, base } = forwarding;
  const pairs = endToEnd(request.rawHeaders).flatMap((pair) => requestPair(pair, forwarding));
  const { headers, method = 'GET', socket } = request;
  if (headers['transfer-encoding'] !== undefined) pairs.push(['Transfer-Encoding', 'chunked']);
  else if (headers['content-length'] === undefined && WITH_BODY.has(method))
    pairs.push(['Content-Length', '0']);
  pairs.push(
    ['X-Forwarded-For', socket.remoteAddress ?? ''],
    ['X-Forwarded-Host', route.host],
    ['X-Forwarded-Proto', route.style === 'host' ? base.scheme : 'http'],
  );
  if (route.prefix !== '') pairs.push(['X-Forwarded-Prefix', route.prefix]);
  return pairs.flat();
}

/** A redirect of the application to itself, as it knows its own address, leads to its preview. */
function location(value: string, { route, grant, base }: Forwarding): string {
  if (value.startsWith('/') && !value.startsWith('//')) return route.prefix + value;
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null) return value;
  const isOwn = LOCAL_HOSTS.has(url.hostname) && Number(url.port === '' ? 80 : url.port) === grant.port;
  const lacksPrefix = url.host === route.host && !url.pathname.startsWith(`${route.prefix}/`);
  if (!isOwn && !lacksPrefix) return value;
  const scheme = route.style === 'host' ? base.scheme : 'http';
  return `${scheme}://${route.host}${route.prefix}${url.pathname}${url.search}${url.hash}`;
}

/** A cookie of the application stays with its preview. Null for one that is Thaw's own by its name. */
function setCookie(value: string, route: Route): string | null {
  const [first = '', ...attributes] = value.split(';');
  if (first.trim().startsWith(COOKIE_PREFIX)) return null;
  const kept = attributes.filter((attribute) => !/^\s*domain\s*(?:=|$)/i.test(attribute));
  if (route.style === 'host') return [first, ...kept].join(';');
  const others = kept.filter((attribute) => !/^\s*path\s*(?:=|$)/i.test(attribute));
  return [`${pathCookiePrefix(route)}${first.trim()}`, ...others, ` Path=${route.prefix}/`].join(';');
}

function responsePair([name, value]: Pair, forwarding: Forwarding): Pair[] {
  const lower = name.toLowerCase();
  if (OVERREACHING.has(lower)) return [];
  if (lower === 'location') return [[name, location(value, forwarding)]];
  if (lower !== 'set-cookie') return [[name, value]];
  const cookie = setCookie(value, forwarding.route);
  return cookie === null ? [] : [[name, cookie]];
}

/** The header of a response as the client gets it. */
export const responseHeaders = (response: IncomingMessage, forwarding: Forwarding): string[] =>
  endToEnd(response.rawHeaders)
    .flatMap((pair) => responsePair(pair, forwarding))
    .flat();

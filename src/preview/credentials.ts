/** What a request shows to be let in, by the API's names; and the same request without it. */
import type { IncomingHttpHeaders } from 'node:http';
import type { PreviewCredentials } from '../backend/preview-target.ts';
import type { Route } from './route.ts';

export const TOKEN_HEADER = 'x-daytona-preview-token';
export const TOKEN_PARAMETER = 'DAYTONA_SANDBOX_AUTH_KEY';
export const COOKIE_PREFIX = 'daytona-sandbox-auth-';
export const COOKIE_SECONDS = 3_600;

/** More than a browser keeps of one name; each costs a hash. */
const MAX_COOKIES = 4;
const MAX_TOKEN_LENGTH = 128;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** `name=value` pairs of a Cookie header. */
export function cookiesOf(header: string | undefined): readonly (readonly [name: string, value: string])[] {
  return (header ?? '').split(';').flatMap((pair) => {
    const at = pair.indexOf('=');
    return at < 0 ? [] : [[pair.slice(0, at).trim(), pair.slice(at + 1).trim()] as const];
  });
}

/** A path with query, or a URL, without the token parameter; everything else stays byte for byte. */
export function withoutToken(path: string): { readonly path: string; readonly token: string | null } {
  const at = path.indexOf('?');
  // An encoded name is rare enough to be looked for only where there is a percent sign.
  if (at < 0 || !(path.includes(TOKEN_PARAMETER, at) || path.includes('%', at))) return { path, token: null };
  let token: string | null = null;
  const kept = path
    .slice(at + 1)
    .split('&')
    .filter((pair) => {
      const [name = '', value = ''] = pair.split(/=(.*)/s);
      if (decoded(name) !== TOKEN_PARAMETER) return true;
      token ??= decoded(value);
      return false;
    });
  if (token === null) return { path, token };
  return { path: path.slice(0, at) + (kept.length === 0 ? '' : `?${kept.join('&')}`), token };
}

const single = (value: string | string[] | undefined): string | null =>
  typeof value === 'string' && value.length <= MAX_TOKEN_LENGTH ? value : null;

/**
 * Whether a browser sends the request for the preview's own page, or because its user opened it. Another site, another
 * preview of the same domain among them, must not act with the cookie of this one.
 */
function isOwnRequest(headers: IncomingHttpHeaders, host: string): boolean {
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) return false;
  const site = headers['sec-fetch-site'];
  return (
    site === undefined ||
    site === 'same-origin' ||
    site === 'none' ||
    headers['sec-fetch-mode'] === 'navigate'
  );
}

export interface Presented {
  readonly credentials: PreviewCredentials;
  /** The route's path without the token. */
  readonly path: string;
}

/** In the path style cookies count for nothing: all previews share its origin. */
export function presentedBy(headers: IncomingHttpHeaders, route: Route): Presented {
  const { path, token } = withoutToken(route.path);
  const [, bearer] = /^Bearer +(\S{1,128})$/i.exec(headers.authorization ?? '') ?? [];
  const own = `${COOKIE_PREFIX}${route.address.name}`;
  const cookies =
    route.style === 'host' && isOwnRequest(headers, route.host)
      ? cookiesOf(headers.cookie).filter(([name, value]) => name === own && value.length <= MAX_TOKEN_LENGTH)
      : [];
  return {
    path: path === '' ? '/' : path,
    credentials: {
      bearer: bearer ?? null,
      header: single(headers[TOKEN_HEADER]),
      query: single(token ?? undefined),
      cookies: cookies.slice(0, MAX_COOKIES).map(([, value]) => value),
    },
  };
}

/** The cookie by which a browser stays let in. */
export function authCookie(sandboxId: string, token: string, scheme: 'http' | 'https'): string {
  const secure = scheme === 'https' ? '; Secure' : '';
  return `${COOKIE_PREFIX}${sandboxId}=${token}; Path=/; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Lax${secure}`;
}

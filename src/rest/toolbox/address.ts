/** Reads the URL of a request to the toolbox: which sandbox, which path below it, and what it shows to be let in. Pure. */
import type { IncomingMessage } from 'node:http';

export const TOKEN_HEADER = 'x-daytona-preview-token';
export const TOKEN_PARAMETER = 'DAYTONA_SANDBOX_AUTH_KEY';
const MAX_NAME_LENGTH = 256;
const MAX_TOKEN_LENGTH = 128;

export interface ToolboxAddress {
  /** Id or name. */
  readonly sandbox: string;
  /** Below the sandbox, with a leading slash, still encoded. */
  readonly path: string;
  /** Without the token. */
  readonly query: URLSearchParams;
  /** The preview token of the sandbox, by which browsers come in. */
  readonly token: string | null;
}

const short = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' && value.length <= MAX_TOKEN_LENGTH ? value : null;

/**
 * Null when the URL is none of `{prefix}/{sandbox}/…`. `infix` is what stands between the sandbox and the toolbox's own
 * path: `/toolbox` in the API's old alias.
 */
export function toolboxAddress(
  { url = '', headers }: Pick<IncomingMessage, 'url' | 'headers'>,
  prefix: string,
  infix = '',
): ToolboxAddress | null {
  const [pathname = '', search = ''] = url.split(/\?(.*)/s);
  if (!pathname.startsWith(`${prefix}/`)) return null;
  const [encoded = '', rest = ''] = pathname.slice(prefix.length + 1).split(/\/(.*)/s);
  const below = `/${rest}`;
  if (infix !== '' && below !== infix && !below.startsWith(`${infix}/`)) return null;
  let sandbox: string;
  try {
    sandbox = decodeURIComponent(encoded);
  } catch {
    return null;
  }
  if (sandbox === '' || sandbox.length > MAX_NAME_LENGTH || sandbox.includes('\0')) return null;
  const query = new URLSearchParams(search);
  const fromQuery = short(query.get(TOKEN_PARAMETER));
  query.delete(TOKEN_PARAMETER);
  return {
    sandbox,
    path: below.slice(infix.length) || '/',
    query,
    token: short(headers[TOKEN_HEADER]) ?? fromQuery,
  };
}

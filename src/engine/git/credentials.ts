/**
 * Hands credentials to one run of git, for one server only and past its arguments: they are in its environment, and a
 * helper made of its own settings reads them from there. Nothing is kept.
 */
import { ThawError } from '../../errors.ts';

export interface Credentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

export interface WithCredentials {
  /** Before git's subcommand. */
  readonly options: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Not to be shown. */
  readonly secrets: readonly string[];
}

const HELPER = `!f() { test "$1" = get && printf 'username=%s\\npassword=%s\\n' "$THAW_GIT_USERNAME" "$THAW_GIT_PASSWORD"; }; f`;

const none: WithCredentials = { options: [], env: {}, secrets: [] };

function parse(url: string): URL | null {
  if (!/^https?:\/\//i.test(url)) return null;
  try {
    return new URL(url);
  } catch {
    return null;
  }
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** The URL without its credentials, and these. What is given beside the URL counts more. */
export function splitUrl(
  url: string,
  given: Credentials,
): { readonly url: string; readonly credentials: Credentials } {
  const parsed = parse(url);
  if (parsed === null || (parsed.username === '' && parsed.password === ''))
    return { url, credentials: given };
  const credentials = {
    username: given.username ?? decoded(parsed.username),
    password: given.password ?? decoded(parsed.password),
  };
  parsed.username = '';
  parsed.password = '';
  return { url: parsed.href, credentials };
}

/** Nothing where there are none, or where the server is reached in a way that takes none of these. */
export function withCredentials(url: string, { username, password }: Credentials): WithCredentials {
  const parsed = parse(url);
  if (parsed === null || password === undefined || password === '') return none;
  const env = { THAW_GIT_USERNAME: username ?? '', THAW_GIT_PASSWORD: password };
  if (Object.values(env).some((value) => /[\0\n]/.test(value)))
    throw new ThawError('invalid_argument', 'username, password: must be one line.');
  return {
    options: ['-c', 'credential.helper=', '-c', `credential.${parsed.origin}.helper=${HELPER}`],
    env,
    secrets: [password, encodeURIComponent(password)],
  };
}

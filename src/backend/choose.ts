/**
 * Which backend a command uses, from flags and environment: the embedded engine, or a Daytona-compatible API.
 * Imports nothing, because the relay decides with it before it does anything else.
 */

export const DEFAULT_API_URL = 'https://app.daytona.io/api';

/** How to reach a Daytona-compatible API. `token` is a secret: it goes into requests and nowhere else. */
export interface RemoteSettings {
  /** With its base path (`/api`), without a slash at the end. */
  readonly apiUrl: string;
  readonly token: string;
  /** Where the token came from, for people: the name of a variable or of a file. */
  readonly tokenSource: string;
  /** Counts with a JWT only: an API key has its organization. */
  readonly organizationId: string | null;
  /** The region of new sandboxes; null leaves it to the server. */
  readonly target: string | null;
}

export type BackendChoice =
  | { readonly kind: 'embedded' }
  | { readonly kind: 'remote'; readonly settings: RemoteSettings };

/** What was given makes no sense; the message says what to do. */
export class BackendChoiceError extends Error {
  override readonly name = 'BackendChoiceError';
}

type ChoiceFlags = Readonly<Record<string, string | boolean | undefined>>;
type Environment = Readonly<Record<string, string | undefined>>;
/** The text of a file. Throws the errno of one that cannot be read. */
type ReadText = (path: string) => string;

const MAX_SECRET_CHARS = 16_384;

function textOf(flags: ChoiceFlags, flag: string, environment: Environment, variable: string): string | null {
  const given = flags[flag];
  const value = typeof given === 'string' ? given : environment[variable];
  return value === undefined || value.trim() === '' ? null : value.trim();
}

/** Throws BackendChoiceError for what is no address of an API. */
function parseApiUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new BackendChoiceError(
      `--api-url (DAYTONA_API_URL) must be an http or https address, not "${text}".`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new BackendChoiceError('--api-url (DAYTONA_API_URL) must not hold a user or a password.');
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** A header cannot hold anything else; the value itself is never shown. */
function checkSecret(value: string, source: string): string {
  if (/^[\x21-\x7e]+$/.test(value)) return value;
  throw new BackendChoiceError(`${source} must be one word of printable ASCII characters.`);
}

function readSecretFile(path: string, readText: ReadText): string {
  let text: string;
  try {
    text = readText(path).slice(0, MAX_SECRET_CHARS).trim();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new BackendChoiceError(`--api-key-file (THAW_API_KEY_FILE): ${path} cannot be read (${code}).`);
  }
  if (text === '') throw new BackendChoiceError(`--api-key-file (THAW_API_KEY_FILE): ${path} is empty.`);
  return text;
}

type Credentials = Pick<RemoteSettings, 'token' | 'tokenSource' | 'organizationId'>;

function findCredentials(
  flags: ChoiceFlags,
  environment: Environment,
  readText: ReadText,
): Credentials | null {
  const file = textOf(flags, 'api-key-file', environment, 'THAW_API_KEY_FILE');
  if (file !== null) {
    return {
      token: checkSecret(readSecretFile(file, readText), file),
      tokenSource: file,
      organizationId: null,
    };
  }
  const key = environment['DAYTONA_API_KEY']?.trim() ?? '';
  if (key !== '') {
    const tokenSource = 'DAYTONA_API_KEY';
    return { token: checkSecret(key, tokenSource), tokenSource, organizationId: null };
  }
  const jwt = environment['DAYTONA_JWT_TOKEN']?.trim() ?? '';
  if (jwt === '') return null;
  const organizationId = environment['DAYTONA_ORGANIZATION_ID']?.trim() ?? '';
  if (organizationId === '') {
    throw new BackendChoiceError('DAYTONA_JWT_TOKEN needs DAYTONA_ORGANIZATION_ID beside it.');
  }
  const tokenSource = 'DAYTONA_JWT_TOKEN';
  return {
    token: checkSecret(jwt, tokenSource),
    tokenSource,
    organizationId: checkSecret(organizationId, 'DAYTONA_ORGANIZATION_ID'),
  };
}

/** `auto` is remote when there are Daytona credentials. Throws BackendChoiceError. */
export function chooseBackend(
  flags: ChoiceFlags,
  environment: Environment,
  readText: ReadText,
): BackendChoice {
  const wanted = textOf(flags, 'backend', environment, 'THAW_BACKEND') ?? 'auto';
  if (!['embedded', 'remote', 'auto'].includes(wanted)) {
    throw new BackendChoiceError(
      `--backend (THAW_BACKEND) must be one of embedded, remote, auto, not "${wanted}".`,
    );
  }
  if (wanted === 'embedded') return { kind: 'embedded' };
  const credentials = findCredentials(flags, environment, readText);
  if (credentials === null) {
    if (wanted === 'auto') return { kind: 'embedded' };
    throw new BackendChoiceError(
      'The remote backend needs credentials: set DAYTONA_API_KEY, or DAYTONA_JWT_TOKEN and DAYTONA_ORGANIZATION_ID, or give --api-key-file.',
    );
  }
  const apiUrl = parseApiUrl(textOf(flags, 'api-url', environment, 'DAYTONA_API_URL') ?? DEFAULT_API_URL);
  const target = environment['DAYTONA_TARGET']?.trim() ?? '';
  return { kind: 'remote', settings: { apiUrl, ...credentials, target: target === '' ? null : target } };
}

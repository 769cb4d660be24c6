/** Failures of the way to the API as ThawErrors, by errno and by the codes of TLS. */
import { ThawError } from '../errors.ts';

const codeOf = (value: unknown): string | null => {
  if (typeof value !== 'object' || value === null) return null;
  const code: unknown = Reflect.get(value, 'code');
  return typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code) ? code : null;
};

/** The code of an error or of what caused it; fetch hides the real one two levels deep. */
export function failureCode(error: unknown): string | null {
  let current: unknown = error;
  for (let depth = 0; depth < 5 && typeof current === 'object' && current !== null; depth += 1) {
    const code = codeOf(current);
    if (code !== null) return code;
    const [first]: readonly unknown[] = current instanceof AggregateError ? current.errors : [];
    current = first ?? Reflect.get(current, 'cause');
  }
  return null;
}

/** Codes with which nothing can have reached the server. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

export const wasNeverSent = (code: string | null): boolean => code !== null && neverSent.has(code);

const isTls = (code: string): boolean =>
  /CERT|SSL|TLS|SIGNATURE|ISSUER|LEAF|CRL/.test(code) && !code.startsWith('E');

/** `origin` is where it was sent to. */
export function toConnectionError(error: unknown, operation: string, origin: string): ThawError {
  const code = failureCode(error);
  const options = { cause: error, context: { operation, ...(code === null ? {} : { errno: code }) } };
  if (code !== null && (isTls(code) || code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL'))) {
    return new ThawError(
      'backend_unreachable',
      `The TLS certificate of ${origin} is not accepted (${code}).`,
      {
        ...options,
        next: 'Check DAYTONA_API_URL. For a certificate authority of your own start Thaw with NODE_EXTRA_CA_CERTS.',
      },
    );
  }
  const why = code === null ? '' : ` (${code})`;
  return new ThawError(
    'backend_unreachable',
    `${origin} cannot be reached, or cut the connection${why}.`,
    options,
  );
}

export const toTimeout = (operation: string, origin: string, timeoutMs: number): ThawError =>
  new ThawError(
    'timeout',
    `${origin} did not answer ${operation} within ${Math.round(timeoutMs / 1000)} s.`,
    {
      next: 'Look at the sandbox with sandbox_get before you repeat this: the server may have done it.',
      context: { operation },
    },
  );

export const toCancelled = (operation: string): ThawError =>
  new ThawError('cancelled', `The call was cancelled while ${operation} ran.`);

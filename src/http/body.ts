/** Reads the body of a request within a bound and a time. */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.ts';
import { ThawError } from '../errors.ts';

export interface BodyOptions {
  readonly maxBytes: number;
  /** For all of it. */
  readonly deadlineMs: number;
  readonly clock: Clock;
}

const tooLarge = (maxBytes: number): ThawError =>
  new ThawError('request_too_large', `The body has more than the ${maxBytes} bytes that are accepted here.`);

/**
 * The whole body. Throws `request_too_large` before that much is kept, `request_timeout` when it comes too slowly and
 * `cancelled` when the caller goes away. Then the rest was not read: answer with `connection: close`.
 */
export function readBody(request: IncomingMessage, options: BodyOptions): Promise<Buffer> {
  const { maxBytes, deadlineMs, clock } = options;
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
      reject(tooLarge(maxBytes));
      return;
    }
    const parts: Buffer[] = [];
    let bytes = 0;
    const finish = (settle: () => void): void => {
      cancelTimer();
      request.off('data', take).off('end', end).off('close', gone).off('error', gone);
      request.pause();
      settle();
    };
    const take = (part: Buffer): void => {
      bytes += part.length;
      if (bytes > maxBytes) finish(() => reject(tooLarge(maxBytes)));
      else parts.push(part);
    };
    const end = (): void => finish(() => resolve(Buffer.concat(parts, bytes)));
    const gone = (): void =>
      finish(() =>
        reject(new ThawError('cancelled', 'The caller went away before the request was complete.')),
      );
    const cancelTimer = clock.schedule(deadlineMs, () =>
      finish(() =>
        reject(new ThawError('request_timeout', `The body did not come within ${deadlineMs / 1000} s.`)),
      ),
    );
    request.on('data', take).on('end', end).on('close', gone).on('error', gone);
  });
}

/** The body as JSON, undefined when it is empty. Throws like `readBody`, and `invalid_argument`. */
export async function readJson(request: IncomingMessage, options: BodyOptions): Promise<unknown> {
  const body = await readBody(request, options);
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new ThawError('invalid_argument', 'The body is not valid JSON.', { next: 'Send one JSON value.' });
  }
}

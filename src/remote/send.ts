/** Sends a request until it is answered, within the deadline: what may be tried again is, with growing pauses. */
import type { Clock } from '../clock.ts';
import { isThawError, ThawError } from '../errors.ts';
import { jitter } from '../ids.ts';
import type { Logger } from '../log.ts';
import { toAnswerError } from './answer-errors.ts';
import { attempt, type Fetch } from './attempt.ts';
import { failureCode, wasNeverSent } from './connection-errors.ts';
import { pause } from './pause.ts';
import type { Operation, RemoteAnswer, RemoteRequest } from './request.ts';

/** Within the 60 s after which MCP clients give up, with room for an answer. */
export const CALL_LIMIT_MS = 45_000;
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const MAX_ATTEMPTS = 4;
/** Conflicts end when the operation under way does, which takes longer than a hiccup. */
const MAX_CONFLICT_ATTEMPTS = 12;
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 3_000;
/** A server that wants a longer silence is told to the caller. */
const MAX_RETRY_AFTER_MS = 10_000;

export interface SendOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly fetch: Fetch;
  readonly secrets: readonly string[];
}

/** Seconds or a date; null when there is none that makes sense. */
function retryAfterMs(headers: Headers, clock: Clock): number | null {
  const text = headers.get('retry-after');
  if (text === null) return null;
  if (/^\d{1,6}$/.test(text.trim())) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - clock.now());
}

const backOff = (attempts: number): number =>
  Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), MAX_PAUSE_MS) * jitter();

/** How long to wait before the next attempt, or null to give up. `attempts` were made. */
function pauseAfterAnswer(
  answer: RemoteAnswer,
  operation: Operation,
  attempts: number,
  clock: Clock,
): number | null {
  const { status } = answer;
  if (status === 409 && operation.retryConflict === true) {
    return attempts < MAX_CONFLICT_ATTEMPTS ? backOff(attempts) : null;
  }
  if (attempts >= MAX_ATTEMPTS) return null;
  const asked = retryAfterMs(answer.headers, clock);
  // 429 says that nothing was done, so every operation may be sent again.
  const mayRepeat =
    status === 429 || (operation.idempotent === true && [500, 502, 503, 504].includes(status));
  if (!mayRepeat || (asked !== null && asked > MAX_RETRY_AFTER_MS)) return null;
  return asked ?? backOff(attempts);
}

function pauseAfterFailure(error: unknown, operation: Operation, attempts: number): number | null {
  if (attempts >= MAX_ATTEMPTS || !isThawError(error, 'backend_unreachable')) return null;
  const code = failureCode(error.cause);
  const mayRepeat = wasNeverSent(code) || operation.idempotent === true;
  return mayRepeat && error.context['errno'] !== 'ENOTFOUND' ? backOff(attempts) : null;
}

function withRetryAfter(error: ThawError, answer: RemoteAnswer, clock: Clock): ThawError {
  const ms = answer.status === 429 ? retryAfterMs(answer.headers, clock) : null;
  if (ms === null) return error;
  const retryAfterSeconds = Math.ceil(ms / 1000);
  return new ThawError(error.code, error.message, {
    next: `Call again in ${retryAfterSeconds} s.`,
    context: { ...error.context, retryAfterSeconds },
  });
}

/** The answer of success. Throws ThawError for everything else. */
export async function send(
  request: RemoteRequest,
  operation: Operation,
  signal: AbortSignal,
  { clock, log, fetch, secrets }: SendOptions,
): Promise<RemoteAnswer> {
  const { timeoutMs = CALL_LIMIT_MS, maxBytes = MAX_BODY_BYTES, name } = operation;
  const startedMs = clock.monotonic();
  const left = (): number => timeoutMs - (clock.monotonic() - startedMs);
  for (let attempts = 1; ; attempts += 1) {
    let failure: ThawError;
    let pauseMs: number | null;
    try {
      const options = { operation: name, signal, timeoutMs: left(), maxBytes, clock, fetch };
      const answer = await attempt(request, options);
      if (answer.status >= 200 && answer.status < 300) return answer;
      const error = toAnswerError(answer, operation, { method: request.method, url: request.url, secrets });
      failure = withRetryAfter(error, answer, clock);
      pauseMs = pauseAfterAnswer(answer, operation, attempts, clock);
    } catch (error) {
      if (!(error instanceof ThawError)) throw error;
      failure = error;
      pauseMs = pauseAfterFailure(error, operation, attempts);
    }
    if (pauseMs === null || pauseMs >= left()) throw failure;
    log.debug(
      { operation: name, attempts, code: failure.code, pauseMs: Math.round(pauseMs) },
      'trying again',
    );
    await pause(pauseMs, signal, clock);
  }
}

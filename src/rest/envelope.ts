/** The form of every error that the API answers. */
import { STATUS_CODES } from 'node:http';
import { type Clock, toTimestamp } from '../clock.ts';
import type { ApiFailure } from './failure.ts';

/** A path longer than this is cut: it is the caller's own text. */
const MAX_PATH = 1024;

/** `code` and `next` are Thaw's: clients of the API pass them over. */
export function envelope(failure: ApiFailure, path: string, clock: Clock): object {
  return {
    path: path.slice(0, MAX_PATH),
    timestamp: toTimestamp(clock.now()),
    statusCode: failure.status,
    error: STATUS_CODES[failure.status] ?? 'Error',
    message: failure.message,
    ...(failure.code === null ? {} : { code: failure.code }),
    ...(failure.next === null ? {} : { next: failure.next }),
  };
}

/** What the API answers to a body that is no JSON, which it looks at before anything else. */
export const invalidJson = {
  message: 'Invalid JSON in request body',
  error: 'Bad Request',
  statusCode: 400,
} as const;

/** Parameters of paths that are more than a name. All of it throws ApiFailure. */
import { MAX_MINUTES } from '../../schemas/create-sandbox.ts';
import { ApiFailure } from './failure.ts';

const refuse = (message: string): never => {
  throw new ApiFailure(400, message, { code: 'invalid_argument' });
};

export function requirePort(text: string | undefined): number {
  const port = /^\d{1,5}$/.test(text ?? '') ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : refuse('Invalid port');
}

/** Whole minutes, which may be negative. */
export function requireMinutes(text: string | undefined, name = 'interval'): number {
  const minutes = /^-?\d{1,12}$/.test(text ?? '')
    ? Number(text)
    : refuse(`${name} must be an integer number`);
  return Math.max(-MAX_MINUTES, Math.min(minutes, MAX_MINUTES));
}

/** `what` as in `Auto-stop interval`. */
export function requireNonNegative(what: string, minutes: number): number {
  return minutes >= 0 ? minutes : refuse(`${what} must be non-negative`);
}

/** The one region; no name of another is known. */
export const REGION = 'local';

export function requireRegion(region: string | undefined): void {
  if (region !== undefined && region !== '' && region !== REGION)
    throw new ApiFailure(404, 'Region not found', { code: 'invalid_argument' });
}

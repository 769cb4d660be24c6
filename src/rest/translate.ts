/** The one place where Thaw's errors become the API's statuses and words. */

import type { RestOperationId } from '../../schemas/rest/operations.ts';
import { type ErrorCode, type ThawError, toThawError } from '../errors.ts';
import { ApiFailure } from './failure.ts';

/** What the caller named in the path, for messages that repeat it. */
export interface Named {
  readonly operation: RestOperationId;
  readonly params: Readonly<Record<string, string>>;
}

type Words = (error: ThawError, named: Named) => readonly [number, string];

const sandboxOf = ({ params }: Named): string => params['sandboxIdOrName'] ?? params['sandboxId'] ?? '';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const kindOf = (reference: string): string => (UUID.test(reference) ? 'ID' : 'name');

const withoutFullStop = (text: string): string => text.replace(/\.$/, '');

/** Statuses other than those of Thaw's registry, and words other than Thaw's own. */
const words: Partial<Record<ErrorCode, Words>> = {
  // Which names there are is for agents; the API's clients get its own words.
  sandbox_not_found: (_, named) => [404, `Sandbox with ID or name ${sandboxOf(named)} not found`],
  snapshot_not_found: (_, { params: { id = '' } }) => [404, `Snapshot with ${kindOf(id)} ${id} not found`],
  busy: () => [409, 'Sandbox state change in progress'],
  state_conflict: ({ message }) => [400, message],
  internal: () => [500, 'An unexpected error occurred.'],
  cancelled: ({ message }) => [499, message],
};

/** Where an operation has words of its own. */
const special: Partial<Record<RestOperationId, Partial<Record<ErrorCode, Words>>>> = {
  createSandbox: {
    state_conflict: ({ message }) => [400, withoutFullStop(message)],
  },
  createVolume: { name_conflict: ({ message }) => [400, message] },
  deleteVolume: { state_conflict: ({ message, context }) => ['sandboxes' in context ? 409 : 400, message] },
  createSnapshot: { name_conflict: ({ message }) => [409, `${message} for this organization`] },
  createSandboxSnapshot: { name_conflict: ({ message }) => [409, `${message} for this organization`] },
  getSandboxParent: {
    sandbox_not_found: (_, named) => [404, `Parent sandbox not found for sandbox ${sandboxOf(named)}`],
  },
};

/** Any thrown value as what is answered. */
export function translate(error: unknown, named: Named): ApiFailure {
  if (error instanceof ApiFailure) return error;
  const known = toThawError(error);
  const say = special[named.operation]?.[known.code] ?? words[known.code];
  const [status, message] = say?.(known, named) ?? [known.httpStatus, known.message];
  const retry: Record<string, string> = known.code === 'capacity' ? { 'retry-after': '5' } : {};
  const { code, next } = known;
  return new ApiFailure(status, message, { code, next, headers: retry, cause: error });
}

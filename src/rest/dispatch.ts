/** Checks the parts of a request against its operation's schemas and calls its handler. */

import type { ApiOperation } from '../../schemas/rest/operation.ts';
import { type RestOperationId, restOperations } from '../../schemas/rest/operations.ts';
import { ThawError } from '../errors.ts';
import type { Handlers, RequestFacts, TextAnswer } from './handler.ts';
import { checkBody, checkQuery } from './validate.ts';

export interface UncheckedRequest extends RequestFacts {
  readonly search: URLSearchParams;
  /** What came as JSON; undefined for nothing. */
  readonly body: unknown;
}

/** Of an operation with text as its answer `text` counts, of the others `value`. */
export interface DispatchedAnswer {
  readonly value: unknown;
  readonly text: TextAnswer;
}

type Callable = (input: unknown) => Promise<unknown>;

const isCallable = (value: unknown): value is Callable => typeof value === 'function';

const isText = (value: unknown): value is TextAnswer =>
  typeof value === 'string' || (typeof value === 'object' && value !== null && Symbol.asyncIterator in value);

/** Throws ApiFailure for what does not fit the schemas, and what the handler throws. */
export async function dispatch(
  handlers: Handlers,
  id: RestOperationId,
  { search, body, ...facts }: UncheckedRequest,
): Promise<DispatchedAnswer> {
  const operation: ApiOperation = restOperations[id];
  const input = {
    ...facts,
    query: operation.query === undefined ? {} : checkQuery(operation.query, search),
    body: operation.body === undefined ? {} : checkBody(operation.body, body),
  };
  // Its input was checked by the very schemas that its type is made of.
  const handler: unknown = handlers[id];
  if (!isCallable(handler)) throw new ThawError('internal', `There is no handler for ${id}.`);
  const value = await handler(input);
  return { value, text: isText(value) ? value : '' };
}

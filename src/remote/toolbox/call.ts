/** Requests to the toolbox of a sandbox, and what their failures mean. */
import type { z } from 'zod';
import type { CallContext } from '../../backend/port.ts';
import { isThawError, ThawError } from '../../errors.ts';
import { readJson } from '../api.ts';
import type { RemoteContext } from '../context.ts';
import type { Operation, RemoteAnswer } from '../request.ts';
import { fetchSandbox } from '../sandboxes/fetch.ts';
import type { ToolboxPlace } from './places.ts';

export interface ToolboxRequest extends Partial<Operation> {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly content?: { readonly type: string; readonly bytes: Buffer };
}

const query = (values: Readonly<Record<string, string | number | undefined>>): string =>
  Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`)
    .join('&');

/** `path` with the values that are there. */
export const withQuery = (
  path: string,
  values: Readonly<Record<string, string | number | undefined>>,
): string => `${path}?${query(values)}`;

/**
 * A toolbox that is not there has many statuses (400, 404, 409, 502, 503); the sandbox itself says why. Answers the
 * error that tells it best.
 */
async function diagnose(
  remote: RemoteContext,
  reference: string,
  error: ThawError,
  context: CallContext,
): Promise<ThawError> {
  const { status } = error.context;
  const doubtful =
    isThawError(
      error,
      'sandbox_not_found',
      'context_not_found',
      'terminal_not_found',
      'backend_unreachable',
      'busy',
    ) ||
    (isThawError(error, 'invalid_argument', 'backend_error') && typeof status === 'number');
  if (!doubtful) return error;
  remote.places.forget(reference);
  try {
    const { state, name, id } = await fetchSandbox(remote, reference, context);
    if (state === 'started') return error;
    return new ThawError('state_conflict', `Sandbox ${name ?? id} is ${state}.`, {
      next: 'Call sandbox_start first.',
      context: error.context,
      cause: error,
    });
  } catch (second) {
    return isThawError(second, 'sandbox_not_found') ? second : error;
  }
}

/**
 * Does something with the toolbox of a sandbox, once more when what was remembered of its place is no longer true.
 * Throws what `work` does, and `state_conflict` when the sandbox does not run.
 */
export async function atToolbox<T>(
  remote: RemoteContext,
  reference: string,
  context: CallContext,
  work: (place: ToolboxPlace) => Promise<T>,
): Promise<T> {
  const attempt = async (): Promise<T> => await work(await remote.places.find(reference, context));
  const remembered = remote.places.knows(reference);
  try {
    return await attempt();
  } catch (error) {
    if (!isThawError(error)) throw error;
    const told = await diagnose(remote, reference, error, context);
    // The name may stand for another sandbox than the remembered one by now.
    const isStale = remembered && told === error && isThawError(error, 'sandbox_not_found');
    if (!isStale) throw told;
    return await attempt();
  }
}

/** `METHOD /path` without the query. */
export const operationName = (method: string, path: string): string => `${method} ${path.split('?', 1)[0]}`;

/** The raw answer. Throws as `atToolbox`. */
export async function askToolbox(
  remote: RemoteContext,
  reference: string,
  request: ToolboxRequest,
  context: CallContext,
): Promise<{ readonly answer: RemoteAnswer; readonly id: string; readonly url: string }> {
  const { method, path, json, content, ...operation } = request;
  const name = operationName(method, path);
  const type = json === undefined ? content?.type : 'application/json';
  const headers = { accept: 'application/json', ...(type === undefined ? {} : { 'content-type': type }) };
  const body = json === undefined ? (content?.bytes ?? null) : JSON.stringify(json);
  return await atToolbox(remote, reference, context, async (place) => {
    const url = `${place.url}${path}`;
    const sent = { method, url, headers, body };
    const answer = await remote.api.send(sent, { ...operation, name }, context.signal);
    return { answer, id: place.id, url };
  });
}

/** The checked JSON of the answer, and the sandbox's id. */
export async function callToolbox<Schema extends z.ZodType>(
  remote: RemoteContext,
  reference: string,
  request: ToolboxRequest,
  schema: Schema,
  context: CallContext,
): Promise<{ readonly value: z.output<Schema>; readonly id: string }> {
  const { answer, id, url } = await askToolbox(remote, reference, request, context);
  const name = operationName(request.method, request.path);
  return { value: readJson(answer.body.toString('utf8'), schema, name, url), id };
}

/** Reads bodies and query parameters of requests, within bounds of size and time, and checks them. */
import type { z } from 'zod';
import { ThawError } from '../../errors.ts';
import { readBody } from '../../http/body.ts';
import type { ToolboxCall } from './route.ts';

/** Longer texts are files: they have routes that stream. */
export const MAX_JSON_BYTES = 8 * 1024 * 1024;
/** A client that sends slower than this is not served. */
const BODY_MS = 30_000;
/** More would only repeat the lesson. */
const MAX_PROBLEMS = 8;

function describe(error: z.ZodError): string {
  const { issues } = error;
  const shown = issues.slice(0, MAX_PROBLEMS).map(({ path, message }) => {
    const where = path.map(String).join('.').slice(0, 128);
    return where === '' ? message : `${where}: ${message}`;
  });
  return (
    shown.join(', ') + (issues.length > MAX_PROBLEMS ? `, and ${issues.length - MAX_PROBLEMS} more` : '')
  );
}

/** Throws `invalid_argument` that names what is wrong. */
export function check<Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ThawError('invalid_argument', describe(parsed.error));
}

/** The checked JSON body; fields that the schema does not know are passed over. An absent body is `{}`. */
export async function readJson<Schema extends z.ZodType>(
  { request, clock }: Pick<ToolboxCall, 'request' | 'clock'>,
  schema: Schema,
  maxBytes = MAX_JSON_BYTES,
): Promise<z.output<Schema>> {
  const body = await readBody(request, { maxBytes, deadlineMs: BODY_MS, clock });
  let given: unknown = {};
  if (body.length > 0) {
    try {
      given = JSON.parse(body.toString('utf8'));
    } catch (error) {
      throw new ThawError('invalid_argument', 'Invalid JSON in request body', { cause: error });
    }
  }
  return check(schema, given);
}

/** The checked query parameters as strings; of repeated ones the first counts. */
export function readQuery<Schema extends z.ZodType>(
  { query }: Pick<ToolboxCall, 'query'>,
  schema: Schema,
): z.output<Schema> {
  const given: Record<string, string> = Object.create(null);
  for (const [name, value] of query) given[name] ??= value;
  return check(schema, given);
}

/** Checks what came with a request against the schemas of its operation. */
import { z } from 'zod';
import { ApiFailure } from './failure.ts';
import { complaints, describeIssues } from './messages.ts';

function check<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const checked = schema.safeParse(value, complaints);
  if (checked.success) return checked.data;
  throw new ApiFailure(400, describeIssues(checked.error.issues), { code: 'invalid_argument' });
}

type Kind = 'number' | 'boolean' | 'array' | 'text';

function kindOf(schema: unknown): Kind {
  if (schema instanceof z.ZodOptional) return kindOf(schema.unwrap());
  if (schema instanceof z.ZodNumber) return 'number';
  if (schema instanceof z.ZodBoolean) return 'boolean';
  return schema instanceof z.ZodArray ? 'array' : 'text';
}

const NUMBER = /^-?\d+(?:\.\d+)?$/;

/** A text that is no number is left, so that it is complained about. */
const toNumber = (text: string): number | string => (NUMBER.test(text) ? Number(text) : text);

/** As the API reads it: whatever is not `true` is false. */
const toBoolean = (text: string): boolean => text === 'true';

/** Repeated parameters make an array, and so does a single one where an array is meant. */
function decode(kind: Kind, values: readonly string[]): unknown {
  if (kind === 'array') return values;
  const [first = ''] = values;
  if (kind === 'number') return toNumber(first);
  return kind === 'boolean' ? toBoolean(first) : first;
}

/** Parameters that are not known are passed over; empty ones count as not given. Throws ApiFailure 400. */
export function checkQuery<Schema extends z.ZodObject>(
  schema: Schema,
  search: URLSearchParams,
): z.infer<Schema> {
  const found: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(schema.shape)) {
    const values = search.getAll(name).filter((value) => value !== '');
    if (values.length > 0) found[name] = decode(kindOf(part), values);
  }
  return check(schema, found);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isScalar = (value: unknown): boolean => typeof value === 'number' || typeof value === 'boolean';

/** The API does not check the values of these maps; here they become the text that they are. */
const TEXT_MAPS: ReadonlySet<string> = new Set(['env', 'labels']);

const toTexts = (map: unknown): unknown =>
  isObject(map)
    ? Object.fromEntries(
        Object.entries(map).map(([key, value]) => [key, isScalar(value) ? String(value) : value]),
      )
    : map;

/** Null means absent, as in the API. Throws ApiFailure 400. */
export function checkBody<Schema extends z.ZodObject>(schema: Schema, body: unknown): z.infer<Schema> {
  if (!isObject(body)) return check(schema, body ?? {});
  const given = Object.entries(body).filter(([, value]) => value !== null);
  const texts = given.map(([key, value]) => [key, TEXT_MAPS.has(key) ? toTexts(value) : value] as const);
  return check(schema, Object.fromEntries(texts));
}

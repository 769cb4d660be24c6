/**
 * A zod schema as clients see it: JSON Schema 2020-12 (the protocol's default dialect, so `$schema` is left out),
 * without what costs a model tokens and tells it nothing.
 */
import { z } from 'zod';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * Patterns that only repeat a format or that not every client's regular expressions have, and the bounds of doubles,
 * which zod writes on every integer.
 */
function trim(schema: JsonSchema): void {
  if (schema.format !== undefined || schema.pattern?.includes('\\p{') === true) delete schema.pattern;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  const names = schema.propertyNames;
  if (typeof names === 'object' && Object.keys(names).every((key) => key === 'type')) {
    delete schema.propertyNames;
  }
}

/** Longer lists of possible values are only worth their tokens where the caller must choose from them. */
const MAX_OUTPUT_CHOICES = 8;

/**
 * What a result promises is that a field has its type when it is there. So results may gain fields, clients with an
 * older list do not refuse them, and the list stays short.
 */
function loosen(schema: JsonSchema): void {
  if (schema.additionalProperties === false) delete schema.additionalProperties;
  delete schema.required;
  if ((schema.enum?.length ?? 0) > MAX_OUTPUT_CHOICES) delete schema.enum;
}

/** `{type: ['string', 'null']}` as `{anyOf: [{type: 'string'}, {type: 'null'}]}`: not every client knows the first. */
function splitTypes(schema: JsonSchema): void {
  // zod's type says that there is one type; it writes several all the same.
  const types: unknown = schema.type;
  if (!Array.isArray(types)) return;
  delete schema.type;
  Object.assign(schema, { anyOf: types.map((type: unknown) => ({ type })) });
}

export interface PublishedSchema {
  readonly type: 'object';
  readonly [keyword: string]: unknown;
}

function publish(schema: z.ZodObject, io: 'input' | 'output'): PublishedSchema {
  const json = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    reused: 'inline',
    override: ({ jsonSchema }) => {
      trim(jsonSchema);
      splitTypes(jsonSchema);
      if (io === 'output') loosen(jsonSchema);
    },
  });
  const { $schema: _dialect, type: _type, ...rest } = json;
  return Object.freeze({ type: 'object', ...rest });
}

export const publishInput = (schema: z.ZodObject): PublishedSchema => publish(schema, 'input');
export const publishOutput = (schema: z.ZodObject): PublishedSchema => publish(schema, 'output');

/**
 * A zod schema as clients see it: JSON Schema 2020-12 (the protocol's default dialect, so `$schema` is left out), in
 * the words that every client knows, and without what costs a model tokens and tells it nothing.
 */
import { z } from 'zod';

export interface PublishedSchema {
  readonly type: 'object';
  readonly [keyword: string]: unknown;
}

type Node = Record<string, unknown>;

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Patterns that only repeat a format or that not every client's regular expressions have, and the bounds of doubles,
 * which zod writes on every integer.
 */
function trim(schema: Node): void {
  const { pattern, propertyNames: names } = schema;
  if (schema['format'] !== undefined || (typeof pattern === 'string' && pattern.includes('\\p{'))) {
    delete schema['pattern'];
  }
  if (schema['minimum'] === Number.MIN_SAFE_INTEGER) delete schema['minimum'];
  if (schema['maximum'] === Number.MAX_SAFE_INTEGER) delete schema['maximum'];
  if (isNode(names) && Object.keys(names).every((key) => key === 'type')) delete schema['propertyNames'];
}

/** `{type: ['string', 'null']}` as `{anyOf: [{type: 'string'}, {type: 'null'}]}`: not every client knows the first. */
function splitTypes(schema: Node): void {
  const types = schema['type'];
  if (!Array.isArray(types)) return;
  delete schema['type'];
  schema['anyOf'] = types.map((type: unknown) => ({ type }));
}

/** Longer lists of possible values are only worth their tokens where the caller must choose from them. */
const MAX_OUTPUT_CHOICES = 8;

/** The type of `X` in `{anyOf: [X, {type: 'null'}]}`, where X is a plain value and not a choice or a structure. */
function nullableType(choices: unknown): string | null {
  if (!Array.isArray(choices) || choices.length !== 2) return null;
  const [value, nothing]: readonly unknown[] = choices;
  if (!isNode(value) || 'properties' in value || 'items' in value) return null;
  if (!isNode(nothing) || nothing['type'] !== 'null') return null;
  return typeof value['type'] === 'string' ? value['type'] : null;
}

/**
 * What a result promises is that a field has its type when it is there. So results may gain fields, clients with an
 * older list do not refuse them, and the list stays short: a quarter of their tokens would only say how a time is
 * written and spell out what may be null, which every answer shows.
 */
function loosen(schema: Node): void {
  const choices = schema['enum'];
  const type = nullableType(schema['anyOf']);
  if (type !== null) schema['anyOf'] = [{ type }, { type: 'null' }];
  delete schema['format'];
  if (schema['additionalProperties'] === false) delete schema['additionalProperties'];
  delete schema['required'];
  if (Array.isArray(choices) && choices.length > MAX_OUTPUT_CHOICES) delete schema['enum'];
}

/** Applies `change` to a schema and every schema in it. `properties` holds names and not keywords. */
function walk(schema: Node, change: (schema: Node) => void): void {
  change(schema);
  for (const [keyword, value] of Object.entries(schema)) {
    const inner = keyword === 'properties' && isNode(value) ? Object.values(value) : [value].flat();
    for (const node of inner) if (isNode(node)) walk(node, change);
  }
}

function publish(schema: z.ZodObject, io: 'input' | 'output'): PublishedSchema {
  const {
    $schema: _dialect,
    type: _object,
    ...rest
  } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    reused: 'inline',
  });
  const published: Node = rest;
  walk(published, (node) => {
    trim(node);
    splitTypes(node);
    if (io === 'output') loosen(node);
  });
  return Object.freeze({ type: 'object', ...published });
}

export const publishInput = (schema: z.ZodObject): PublishedSchema => publish(schema, 'input');
export const publishOutput = (schema: z.ZodObject): PublishedSchema => publish(schema, 'output');

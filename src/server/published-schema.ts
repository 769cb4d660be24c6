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

/** A longer choice is described; who names another is told all of them. */
const MAX_CHOICES = 12;
const LARGE = 1_000;

/**
 * Bounds that no caller comes near, and patterns, which repeat what the description says: the check of a call holds to
 * them and names them.
 */
function trim(schema: Node): void {
  const { minimum, exclusiveMinimum, maximum, enum: choices } = schema;
  for (const keyword of [
    'pattern',
    'propertyNames',
    'minLength',
    'maxLength',
    'minItems',
    'maxItems',
    'format',
  ]) {
    delete schema[keyword];
  }
  if (typeof minimum === 'number' && minimum <= 1) delete schema['minimum'];
  if (exclusiveMinimum === 0) delete schema['exclusiveMinimum'];
  if (typeof maximum === 'number' && maximum >= LARGE) delete schema['maximum'];
  if (Array.isArray(choices) && choices.length > MAX_CHOICES) delete schema['enum'];
}

/** `{type: ['string', 'null']}` as `{anyOf: [{type: 'string'}, {type: 'null'}]}`: not every client knows the first. */
function splitTypes(schema: Node): void {
  const types = schema['type'];
  if (!Array.isArray(types)) return;
  delete schema['type'];
  schema['anyOf'] = types.map((type: unknown) => ({ type }));
}

/** Applies `change` to a schema and every schema in it. `properties` holds names and not keywords. */
function walk(schema: Node, change: (schema: Node) => void): void {
  change(schema);
  for (const [keyword, value] of Object.entries(schema)) {
    const inner = keyword === 'properties' && isNode(value) ? Object.values(value) : [value].flat();
    for (const node of inner) if (isNode(node)) walk(node, change);
  }
}

function toJson(schema: z.ZodObject, io: 'input' | 'output'): Node {
  const {
    $schema: _dialect,
    type: _object,
    ...rest
  } = z.toJSONSchema(schema, { io, target: 'draft-2020-12', reused: 'inline' });
  return rest;
}

/** Arguments that the API has and no agent needs are taken without being listed: their schema's meta says `unlisted`. */
function dropUnlisted(schema: Node): void {
  const { properties } = schema;
  if (!isNode(properties)) return;
  schema['properties'] = Object.fromEntries(
    Object.entries(properties).filter(([, field]) => !isNode(field) || field['unlisted'] !== true),
  );
}

export function publishInput(schema: z.ZodObject): PublishedSchema {
  const published = toJson(schema, 'input');
  walk(published, (node) => {
    dropUnlisted(node);
    trim(node);
    splitTypes(node);
  });
  return Object.freeze({ type: 'object', ...published });
}

/** More fields than this are only named in answers. */
const MAX_OUTPUT_FIELDS = 4;

/**
 * The outline of a result: its first fields with the type that each has when it is there. An answer shows the rest, and a
 * quarter of the list's tokens would go into telling it twice. What may be null or of two types is left out: a schema
 * without a type says nothing. So results may gain fields, and clients with an older list do not refuse them.
 */
export function publishOutput(schema: z.ZodObject): PublishedSchema {
  const { properties } = toJson(schema, 'output');
  const fields = isNode(properties) ? Object.entries(properties) : [];
  const outline = fields.slice(0, MAX_OUTPUT_FIELDS).flatMap(([name, field]): [string, Node][] => {
    const type = isNode(field) ? field['type'] : undefined;
    return typeof type === 'string' ? [[name, { type }]] : [];
  });
  return Object.freeze({ type: 'object', properties: Object.fromEntries(outline) });
}

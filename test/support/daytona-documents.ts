/**
 * The two published OpenAPI documents of the API (daytona/clients on GitHub, Apache-2.0), reduced to what tests need:
 * operations, parameters, and the fields of bodies and answers.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

export interface Shape {
  readonly ref?: string | undefined;
  readonly type?: string | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly format?: string | undefined;
  readonly nullable?: boolean | undefined;
  readonly items?: Shape | undefined;
  readonly values?: Shape | undefined;
  readonly oneOf?: readonly Shape[] | undefined;
}

const Shape: z.ZodType<Shape> = z.lazy(() =>
  z.object({
    ref: z.string().optional(),
    type: z.string().optional(),
    enum: z.array(z.unknown()).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    format: z.string().optional(),
    nullable: z.boolean().optional(),
    items: Shape.optional(),
    values: Shape.optional(),
    oneOf: z.array(Shape).optional(),
  }),
);

const Parameter = z.object({
  name: z.string(),
  in: z.enum(['path', 'query']),
  required: z.boolean(),
  schema: Shape.optional(),
});

const Operation = z.object({
  method: z.string(),
  path: z.string(),
  tag: z.string(),
  parameters: z.array(Parameter),
  body: Shape.optional(),
  hasBody: z.boolean().optional(),
  answers: z.record(z.string(), Shape.nullable()),
});
export type DocumentedOperation = z.infer<typeof Operation>;

const Schema = z.object({
  required: z.array(z.string()).optional(),
  properties: z.record(z.string(), Shape).optional(),
  enum: z.array(z.unknown()).optional(),
});

const Document = z.object({
  operations: z.record(z.string(), Operation),
  schemas: z.record(z.string(), Schema),
});
export type DaytonaDocument = z.infer<typeof Document>;

const text = readFileSync(new URL('daytona-documents.json', import.meta.url), 'utf8');
const Documents = z.object({ '2026-05': Document, '0.205': Document });
const documents = Documents.parse(JSON.parse(text));

/** By version: v0.171 to v0.179 of May 2026, and v0.205.1. */
export const daytonaDocuments: readonly { readonly version: string; readonly document: DaytonaDocument }[] =
  Object.entries(documents).map(([version, document]) => ({ version, document }));

/** Holds the OpenAPI document of the REST surface to the schemas that make it, and to both published documents. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { restOperations } from '../../schemas/rest/operations.ts';
import { refusedOperations } from '../../schemas/rest/refused-operations.ts';
import { type DocumentedOperation, daytonaDocuments, type Shape } from '../support/daytona-documents.ts';
import { documentPath, renderDocument, sumOf, typesPath } from '../support/generate-openapi.ts';

const Schema = z.object({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).default([]),
});
const Content = z.object({ 'application/json': z.object({ schema: Schema }) }).partial();
const OwnOperation = z.object({
  parameters: z.array(z.object({ name: z.string(), in: z.string(), required: z.boolean(), schema: Schema })),
  requestBody: z.object({ content: Content }).optional(),
  responses: z.record(z.string(), z.object({ content: Content.optional() })),
});
const Own = z.object({
  paths: z.record(z.string(), z.record(z.string(), OwnOperation)),
  components: z.object({ schemas: z.record(z.string(), Schema) }),
});
const own = Own.parse(JSON.parse(renderDocument()));

const routes: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(restOperations).map(([id, { route }]) => [id, route]),
);
const ownOperation = (id: string) => {
  const [method = '', path = ''] = (routes[id] ?? '').split(' ');
  return own.paths[path]?.[method.toLowerCase()];
};
const nameOf = (reference: string | undefined): string => reference?.split('/').at(-1) ?? '';

const served = (operations: Readonly<Record<string, DocumentedOperation>>) =>
  Object.entries(operations).filter(([id]) => id in routes);

/** Text of a parameter that the document calls a number is still a number. */
const family = (type: string | undefined): string | undefined => (type === 'integer' ? 'number' : type);

/** Fields of bodies that Thaw takes and ignores, as it does with fields that nobody knows. */
const ignored = ['CreateSandbox.gpuType', 'CreateSnapshot.gpuType'];
/** Answers without these: Thaw knows no such thing, and the API leaves them out, too, where it does not. */
const never = [
  ...['buildInfo', 'ref', 'initialRunnerId', 'gpuType'].map((field) => `SnapshotDto.${field}`),
  // What Daytona's own dashboard, billing and statistics need.
  ...[
    'buildSha',
    'posthog',
    'ssoOidc',
    'forcedFeatureFlags',
    'pylonAppId',
    'billingApiUrl',
    'analyticsApiUrl',
  ].map((field) => `DaytonaConfiguration.${field}`),
  ...['stripePublishableKey', 'sshGatewayPublicKey', 'rateLimit'].map(
    (field) => `DaytonaConfiguration.${field}`,
  ),
];

describe('the generated files', () => {
  it('are up to date (else run `npm run generate`)', async () => {
    expect(JSON.parse(await readFile(documentPath, 'utf8'))).toEqual(JSON.parse(renderDocument()));
    expect(await readFile(typesPath, 'utf8')).toContain(sumOf(renderDocument()));
  });
});

describe.each(daytonaDocuments)('the document $version', ({ document: { operations, schemas } }) => {
  it('has no operation that is neither served nor refused', () => {
    const refused: Readonly<Record<string, string>> = Object.assign({}, ...Object.values(refusedOperations));
    const answered = (id: string): string | undefined => routes[id] ?? refused[id];
    const aliases = /_deprecated$/;
    const wrong = Object.entries(operations).flatMap(([id, { method, path }]) =>
      aliases.test(id) || answered(id) === `${method} ${path}` ? [] : [`${id}: ${method} ${path}`],
    );
    expect(wrong).toEqual([]);
  });

  it('has no parameter that is not taken', () => {
    const wrong = served(operations).flatMap(([id, { parameters }]) =>
      parameters.flatMap(({ name, in: place, required, schema }) => {
        const ours = ownOperation(id)?.parameters.find((own) => own.name === name && own.in === place);
        if (ours === undefined) return [`${id} lacks ${name}`];
        if (place === 'query' && ours.required && !required) return [`${id} demands ${name}`];
        const type = family(schema?.type);
        const same = place === 'path' || type === undefined || family(String(ours.schema.type)) === type;
        return same ? [] : [`${id}: ${name} is ${String(ours.schema.type)}, not ${type}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('has no body that is refused for want of a field, or whose fields are not known', () => {
    const wrong = served(operations).flatMap(([id, { body }]) => {
      if (body?.ref === undefined) return [];
      const name = nameOf(ownOperation(id)?.requestBody?.content['application/json']?.schema.$ref);
      const [ours, theirs] = [own.components.schemas[name], schemas[body.ref]];
      if (ours === undefined || theirs === undefined) return [`${id} takes no ${body.ref}`];
      const demanded = ours.required.filter((field) => theirs.required?.includes(field) !== true);
      const unknown = Object.keys(theirs.properties ?? {}).filter(
        (field) => ours.properties?.[field] === undefined && !ignored.includes(`${body.ref}.${field}`),
      );
      return [
        ...demanded.map((field) => `${id} demands ${field}`),
        ...unknown.map((field) => `${id} ignores ${field}`),
      ];
    });
    expect(wrong).toEqual([]);
  });

  it('promises no answer that is not given', () => {
    const check = (
      at: string,
      theirs: Shape | null | undefined,
      ours: z.infer<typeof Schema> | undefined,
    ): string[] => {
      if (theirs?.ref === undefined) return [];
      const [named, promised] = [own.components.schemas[nameOf(ours?.$ref)], schemas[theirs.ref]];
      if (named === undefined || promised === undefined) return [`${at} answers no ${theirs.ref}`];
      const lacking = (promised.required ?? []).filter((field) => !named.required.includes(field));
      const unknown = Object.keys(promised.properties ?? {}).filter(
        (field) => named.properties?.[field] === undefined && !never.includes(`${theirs.ref}.${field}`),
      );
      return [
        ...lacking.map((field) => `${at} does not promise ${field}`),
        ...unknown.map((field) => `${at} never has ${field}`),
      ];
    };
    const wrong = served(operations).flatMap(([id, { answers }]) => {
      const [, theirs] = Object.entries(answers)[0] ?? [];
      const ours = Object.values(ownOperation(id)?.responses ?? {})[0]?.content?.['application/json']?.schema;
      return otherAnswers.includes(id) ? [] : check(id, theirs, ours);
    });
    expect(wrong).toEqual([]);
  });
});

/**
 * Deliberately other: labels are answered with their whole sandbox, as the server does; lists have the shape that
 * is asked for; what is not served answers nothing.
 */
const otherAnswers = [
  'replaceLabels',
  'listSandboxes',
  'getSandboxLogs',
  'getSandboxTraces',
  'getSandboxMetrics',
  'getSandboxTraceSpans',
];

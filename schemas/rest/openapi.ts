/** Makes the OpenAPI document of what REST serves, from the schemas that requests are checked with. */
import { z } from 'zod';
import * as answers from './answers.ts';
import type { ApiOperation } from './operation.ts';
import { restOperations } from './operations.ts';
import * as requests from './requests.ts';

/** Schemas by the names that the published document has for them. */
const named = {
  requests: {
    CreateSandbox: requests.ApiCreateSandbox,
    CreateBuildInfo: requests.ApiCreateBuildInfo,
    ResizeSandbox: requests.ApiResizeSandbox,
    SandboxLabels: requests.ApiSandboxLabels,
    ForkSandbox: requests.ApiForkSandbox,
    CreateSandboxSnapshot: requests.ApiCreateSandboxSnapshot,
    UpdateSandboxNetworkSettings: requests.ApiNetworkSettings,
    UpdateSandboxSecrets: requests.ApiUpdateSecrets,
    UpdateLastActivity: requests.ApiUpdateLastActivity,
    CreateSnapshot: requests.ApiCreateSnapshot,
    CreateVolume: requests.ApiCreateVolume,
    CreateWarmPool: requests.ApiCreateWarmPool,
    UpdateWarmPool: requests.ApiUpdateWarmPool,
    CreateApiKey: requests.ApiCreateApiKey,
  },
  answers: {
    Sandbox: answers.ApiSandbox,
    SandboxListItem: answers.ApiSandboxListItem,
    ListSandboxesResponse: answers.ApiSandboxPage,
    PaginatedSandboxes: answers.ApiPaginatedSandboxes,
    PortPreviewUrl: answers.ApiPortPreviewUrl,
    SignedPortPreviewUrl: answers.ApiSignedPortPreviewUrl,
    Url: answers.ApiUrl,
    SshAccessDto: answers.ApiSshAccess,
    SshAccessValidationDto: answers.ApiSshAccessValidation,
    SnapshotDto: answers.ApiSnapshot,
    PaginatedSnapshots: answers.ApiPaginatedSnapshots,
    VolumeDto: answers.ApiVolume,
    WarmPool: answers.ApiWarmPool,
    Region: answers.ApiRegion,
    ApiKeyResponse: answers.ApiKeyResponse,
    ApiKeyList: answers.ApiKeyList,
    DaytonaConfiguration: answers.ApiConfiguration,
    StorageAccessDto: answers.ApiStorageAccess,
    Error: answers.ApiError,
  },
} as const;

type Json = { readonly [name: string]: unknown };
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;

const reference = (name: string): string => `#/components/schemas/${name}`;

/** Left out: identifiers of zod's own, that answers have no other fields, and patterns that a format says already. */
function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean);
  if (!isJson(value)) return value;
  const kept = Object.entries(value).filter(
    ([key, inner]) =>
      !(['$schema', '$id', 'id'].includes(key) && typeof inner === 'string') &&
      !(key === 'additionalProperties' && inner === false) &&
      !(key === 'pattern' && 'format' in value && typeof inner === 'string') &&
      !(key === 'propertyNames' && isJson(inner) && Object.keys(inner).length === 1),
  );
  return Object.fromEntries(kept.map(([key, inner]) => [key, clean(inner)]));
}

class Schemas {
  readonly #registry = z.registry<{ id: string }>();
  readonly #io: 'input' | 'output';

  constructor(schemas: Readonly<Record<string, z.ZodType>>, io: 'input' | 'output') {
    this.#io = io;
    for (const [id, schema] of Object.entries(schemas)) this.#registry.add(schema, { id });
  }

  components(): Json {
    const { schemas } = z.toJSONSchema(this.#registry, {
      io: this.#io,
      uri: reference,
      unrepresentable: 'any',
    });
    return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, clean(schema)]));
  }

  /** A reference where it has a name, or where its parts have. */
  of(schema: z.ZodType): unknown {
    const own = this.#registry.get(schema);
    if (own !== undefined) return { $ref: reference(own.id) };
    if (schema instanceof z.ZodArray && schema.element instanceof z.ZodType)
      return { type: 'array', items: this.of(schema.element) };
    if (schema instanceof z.ZodUnion)
      return {
        anyOf: schema.options.flatMap((option) => (option instanceof z.ZodType ? [this.of(option)] : [])),
      };
    return clean(z.toJSONSchema(schema, { io: this.#io, unrepresentable: 'any' }));
  }
}

const jsonContent = (schema: unknown): Json => ({ 'application/json': { schema } });

function answerOf({ answer }: ApiOperation, schemas: Schemas): Json {
  if (answer === null) return { description: 'Done' };
  if (answer === 'text')
    return { description: 'Text', content: { 'text/plain': { schema: { type: 'string' } } } };
  return { description: 'The answer', content: jsonContent(schemas.of(answer)) };
}

function parametersOf({ route, query }: ApiOperation): Json[] {
  const inPath = [...route.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  if (query === undefined) return inPath;
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: 'input' });
  const inQuery = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema: clean(schema),
  }));
  return [...inPath, ...inQuery];
}

/** The document, in OpenAPI 3.1. */
export function restDocument(version: string): Json {
  const [inputs, outputs] = [new Schemas(named.requests, 'input'), new Schemas(named.answers, 'output')];
  const failure = { description: 'What is wrong', content: jsonContent({ $ref: reference('Error') }) };
  const paths: Record<string, Record<string, Json>> = {};
  for (const [operationId, operation] of Object.entries<ApiOperation>(restOperations)) {
    const { tag, summary, status, body, open } = operation;
    const [method = '', path = ''] = operation.route.split(' ');
    const entry: Json = {
      operationId,
      tags: [tag],
      summary,
      parameters: parametersOf(operation),
      ...(body === undefined
        ? {}
        : { requestBody: { required: true, content: jsonContent(inputs.of(body)) } }),
      responses: { [status]: answerOf(operation, outputs), default: failure },
      ...(open === true ? { security: [] } : {}),
    };
    paths[path] = { ...paths[path], [method.toLowerCase()]: entry };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Thaw',
      version,
      description: 'The operations of the Daytona API that Thaw serves, below /api.',
      license: { name: 'Apache-2.0' },
    },
    servers: [{ url: '/api' }],
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: { ...inputs.components(), ...outputs.components() },
    },
  };
}

/**
 * The whole REST surface under requests made from both published documents, right ones and wrong ones: no 500, no crash,
 * no stack and no path of this machine in an answer, and every answer in the API's form.
 */
import { tmpdir } from 'node:os';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import type { Backend } from '../../src/backend/port.ts';
import { newUuid } from '../../src/ids.ts';
import {
  type DaytonaDocument,
  type DocumentedOperation,
  daytonaDocuments,
  type Shape,
} from '../support/daytona-documents.ts';
import { call } from '../support/open-engine.ts';
import { openRestServer, type RestServer } from '../support/rest-server.ts';
import { SimulatedEngine } from '../support/simulated-engine.ts';
import { snapshotFixture } from '../support/snapshot-fixture.ts';

/** Of each document. */
const REQUESTS = 2_600;

const simulated = new SimulatedEngine();
let server: RestServer;
let names: readonly string[];

/** The Docker Engine in memory makes no images, so making snapshots is answered here. */
function backend(): Backend {
  const { engine } = simulated;
  const made = async () => ({ ...snapshotFixture(), pausedMs: 1 });
  return { ...engine, snapshots: { ...engine.snapshots, create: made, fromSandbox: made } };
}

beforeAll(async () => {
  await simulated.open();
  server = await openRestServer(backend, { clock: simulated.clock });
});
afterAll(async () => {
  await server.close();
  for (const { id } of await simulated.engine.volumes.list(call()))
    await simulated.engine.volumes.delete(id, call());
  await simulated.dispose();
});

const oddTexts = [
  '',
  ' ',
  '\u0000',
  '../../etc/passwd',
  '%00',
  '{{7*7}}',
  '<script>',
  'NaN',
  '💥',
  '-0',
  '0x10',
];
const odd = fc.oneof(
  fc.constantFrom<unknown>(null, true, -1, 1.5, 1e308, [], {}, [[]], { a: null }, 'x'.repeat(3_000)),
  fc.constantFrom<unknown>(...oddTexts, '2026-01-01T00:00:00Z'),
);

/** A value as the document has it; after a few levels whatever. */
function fitting(document: DaytonaDocument, shape: Shape | undefined, depth = 0): fc.Arbitrary<unknown> {
  if (shape === undefined || depth > 4) return odd;
  if (shape.ref !== undefined) {
    const schema = document.schemas[shape.ref];
    if (schema?.enum !== undefined) return fc.constantFrom(...schema.enum);
    return object(document, schema?.properties ?? {}, schema?.required ?? [], depth + 1);
  }
  if (shape.enum !== undefined) return fc.constantFrom(...shape.enum);
  if (shape.type === 'array') return fc.array(fitting(document, shape.items, depth + 1), { maxLength: 3 });
  if (shape.type === 'boolean') return fc.boolean();
  if (shape.type === 'integer' || shape.type === 'number')
    return fc.oneof(fc.integer({ min: shape.minimum ?? 0, max: 8 }), fc.integer());
  if (shape.type === 'object')
    return fc.dictionary(fc.string({ maxLength: 8 }), fitting(document, shape.values, depth + 1), {
      maxKeys: 3,
    });
  return fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom('default', 'box-0', 'data', 'python:3.12', 'FROM x:1', 'local'),
  );
}

function object(
  document: DaytonaDocument,
  properties: Readonly<Record<string, Shape>>,
  required: readonly string[],
  depth: number,
): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, shape]) => [
      name,
      fc.oneof({ weight: 12, arbitrary: fitting(document, shape, depth) }, { weight: 1, arbitrary: odd }),
    ]),
  );
  return fc.record(fields, { requiredKeys: [...required] });
}

interface Made {
  readonly route: string;
  readonly body: unknown;
}

const inPath = (value: unknown): string => encodeURIComponent(String(value)).replaceAll('.', '%2E') || '%20';

function requestOf(document: DaytonaDocument, operation: DocumentedOperation): fc.Arbitrary<Made> {
  const { method, path, parameters, body, hasBody } = operation;
  const pathNames = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const inQuery = parameters.filter((parameter) => parameter.in === 'query');
  const values = (shape: Shape | undefined) =>
    fc.oneof({ weight: 5, arbitrary: fitting(document, shape) }, { weight: 1, arbitrary: odd });
  return fc
    .record({
      path: fc.tuple(
        ...pathNames.map((name) =>
          fc.oneof(
            { weight: 6, arbitrary: fc.nat({ max: 7 }).map((index) => names[index % names.length] ?? name) },
            { weight: 2, arbitrary: fc.integer({ min: -2, max: 70_000 }) },
            { weight: 1, arbitrary: odd },
          ),
        ),
      ),
      query: fc.record(Object.fromEntries(inQuery.map(({ name, schema }) => [name, values(schema)])), {
        requiredKeys: [],
      }),
      body:
        body === undefined && hasBody !== true
          ? fc.constant(undefined)
          : fc.oneof({ weight: 8, arbitrary: fitting(document, body) }, { weight: 1, arbitrary: odd }),
    })
    .map((parts) => {
      const filled = pathNames.reduce(
        (text, name, index) => text.replace(`{${name}}`, () => inPath(parts.path[index])),
        path,
      );
      const search = new URLSearchParams();
      for (const [name, value] of Object.entries(parts.query))
        for (const each of Array.isArray(value) ? value : [value])
          search.append(name, typeof each === 'object' ? JSON.stringify(each) : String(each));
      const query = search.size === 0 ? '' : `?${search.toString()}`;
      return { route: `${method} ${filled}${query}`, body: method === 'GET' ? undefined : parts.body };
    });
}

const Envelope = z.object({
  statusCode: z.number(),
  error: z.string(),
  message: z.string().min(1),
  path: z.string().startsWith('/api'),
  timestamp: z.iso.datetime({ precision: 3 }),
});
const InvalidJson = z.strictObject({ message: z.string(), error: z.string(), statusCode: z.literal(400) });

const leaks = [/\n\s+at /, /node_modules/, /\.ts:\d/, /\/(?:work|root|home)\//, new RegExp(tmpdir())];

/** Too little for the file system below /tmp, which the simulated engine has its state in. */
async function check({ route, body }: Made): Promise<number> {
  const answer = await server.call(route, body === undefined ? {} : { body: JSON.stringify(body) });
  const shown = `${route} ${JSON.stringify(body)?.slice(0, 300)} → ${answer.status} ${answer.text.slice(0, 300)}`;
  expect(answer.status, shown).not.toBe(500);
  expect(answer.headers.get('x-request-id'), shown).toBeTruthy();
  if (answer.status >= 400) {
    const parsed = z.union([Envelope, InvalidJson]).safeParse(answer.body);
    expect(parsed.success, shown).toBe(true);
  }
  // A caller may hear its own words again.
  const own = answer.text.replaceAll(/"path":"[^"]*"/g, '');
  for (const leak of leaks)
    expect(leak.test(own) && !leak.test(route + JSON.stringify(body)), shown).toBe(false);
  return answer.status;
}

it.each(daytonaDocuments)(
  'the document $version makes no request that is answered badly',
  { timeout: 120_000 },
  async ({ document }) => {
    const { lifecycle } = simulated.engine;
    const operations = Object.values(document.operations);
    let [count, taken, refused] = [0, 0, 0];
    const made = async (): Promise<void> => {
      const boxes = await Promise.all(['box-0', 'box-1'].map((name) => lifecycle.create({ name }, call())));
      names = [...boxes.map(({ id }) => id), 'box-0', 'box-1', 'default', 'local', newUuid(), 'nobody'];
    };
    const cleared = async (): Promise<void> => {
      const { items } = await lifecycle.list({ includeErroredDeleted: true, limit: 200 }, call());
      await Promise.all(items.map(({ id }) => lifecycle.delete(id, call())));
    };
    while (count < REQUESTS) {
      await made();
      // Several of each operation, in an order of chance, on sandboxes that are there.
      // The seeds are fixed, so that what fails fails again.
      const order = fc.shuffledSubarray(operations, { minLength: operations.length });
      const [requests = []] = fc.sample(order, { numRuns: 1, seed: count });
      for (const operation of requests) {
        const [request] = fc.sample(requestOf(document, operation), { numRuns: 1, seed: count });
        if (request === undefined) throw new Error('nothing was made');
        const status = await check(request);
        count += 1;
        if (status < 300) taken += 1;
        if (status === 400) refused += 1;
      }
      await cleared();
    }
    expect(count).toBeGreaterThanOrEqual(REQUESTS);
    // It reaches what is behind the checks, and the checks.
    expect(taken).toBeGreaterThan(REQUESTS / 20);
    expect(refused).toBeGreaterThan(REQUESTS / 20);
    expect((await server.call('GET /health')).status).toBe(200);
  },
);

/** Requests of all kinds to every route of the toolbox: each is answered in the API's envelope, none as a defect of Thaw. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Backend } from '../../src/backend/port.ts';
import { ThawError } from '../../src/errors.ts';
import { toolboxRoutes } from '../../src/rest/toolbox/routes.ts';
import { sandboxFixture } from '../support/sandbox-fixture.ts';
import { toolboxServer } from '../support/toolbox-server.ts';

const REQUESTS = 1_000;

const isBackend = (value: object): value is Backend => 'kind' in value;

/** Every operation of it is refused, but those that only look whether the sandbox is there. */
function refusingBackend(): Backend {
  const refuse = (): Promise<never> => Promise.reject(new ThawError('file_not_found', 'There is none.'));
  const accept = (): Promise<unknown> => Promise.resolve(sandboxFixture());
  const groups = new Proxy(
    { kind: 'embedded' },
    {
      get: (target, name) => {
        if (name === 'kind') return target.kind;
        return new Proxy({}, { get: () => (name === 'settings' || name === 'lifecycle' ? accept : refuse) });
      },
    },
  );
  if (!isBackend(groups)) throw new Error('unreachable');
  return groups;
}

const names = [
  'path',
  'command',
  'code',
  'language',
  'timeout',
  'cwd',
  'envs',
  'id',
  'cols',
  'rows',
  'files',
  'paths',
  'pattern',
  'newValue',
  'url',
  'name',
  'message',
  'author',
  'email',
  'key',
  'value',
  'mode',
  'source',
  'destination',
  'depth',
  'owner',
  'follow',
  'sessionId',
];
const name = fc.constantFrom(...names, '__proto__', 'constructor', 'toString');
const value = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.constantFrom('', '/', '..', '../../etc/passwd', '-x', 'a\0b', '0644', '1e9', 'true', 'python', '\uD800'),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.string({ maxLength: 10 }), { maxLength: 3 }),
  fc.dictionary(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), { maxKeys: 3 }),
);
const fields = fc.array(fc.tuple(name, value), { maxLength: 8 });
const body = fc.oneof(
  fields.map((pairs) => JSON.stringify(Object.fromEntries(pairs))),
  fc.json({ maxDepth: 2 }),
  fc.string({ maxLength: 60 }),
);

test('every request gets an answer that tells what was wrong with it', async () => {
  const server = await toolboxServer({ backend: refusingBackend() });
  const parameter = fc.string({ minLength: 1, maxLength: 12 }).map(encodeURIComponent);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...toolboxRoutes),
      parameter,
      fields,
      body,
      async ({ method, path }, segment, query, text) => {
        const search = new URLSearchParams();
        for (const [key, given] of query)
          search.append(key, typeof given === 'string' ? given : JSON.stringify(given));
        const response = await server.request(`${path.replace(/\{\w+\}/g, segment)}?${search.toString()}`, {
          method,
          ...(method === 'GET' ? {} : { body: text }),
        });
        const answer = await response.text();
        expect(response.status, `${method} ${path} ${text}: ${answer}`).not.toBe(500);
        expect(answer).not.toMatch(/node_modules|\.ts:\d|at async|\/work\/|\/home\//);
        if (response.status >= 400 && !answer.startsWith('{"errors"'))
          expect(JSON.parse(answer)).toMatchObject({
            statusCode: response.status,
            source: 'DAYTONA_DAEMON',
            method,
          });
      },
    ),
    { numRuns: REQUESTS },
  );
}, 60_000);

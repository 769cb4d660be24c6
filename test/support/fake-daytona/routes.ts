/** The routes of the fake server, each with the answer that the public server gave when it was watched. */

import { addSnapshot, resourceRoutes } from './resources.ts';
import { type FakeSandbox, newSandbox, settled } from './sandboxes.ts';
import type { Answer, FakeDaytona, FakeRequest } from './server.ts';
import { toolboxRoutes } from './toolbox.ts';

export interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  readonly answer: (fake: FakeDaytona, request: FakeRequest, params: readonly string[]) => Answer;
}

export const ok = (body?: unknown, status = 200): Answer => ({ status, body });

const envelope = (statusCode: number, message: string): Answer => ({
  status: statusCode,
  body: { path: '/api', timestamp: '2026-05-01T10:00:00.000Z', statusCode, error: 'Error', message },
});

/** Forms of a list: the short one leaves out what the long one has. */
const listed = ({ env: _env, volumes: _volumes, ...rest }: FakeSandbox): object => rest;

type OnSandbox = (
  fake: FakeDaytona,
  sandbox: FakeSandbox,
  request: FakeRequest,
  rest: readonly string[],
) => Answer;

/** A route on one sandbox; 404 in the API's words when it is not there. */
const on = (method: string, rest: string, work: OnSandbox): Route => ({
  method,
  pattern: new RegExp(`^/api/sandbox/([^/]+)${rest}$`),
  answer: (fake, request, [reference = '', ...more]) => {
    const sandbox = fake.find(reference);
    if (sandbox === undefined) return envelope(404, `Sandbox with ID or name ${reference} not found`);
    return work(fake, sandbox, request, more);
  },
});

const isBusy = ({ state }: FakeSandbox): boolean => settled[state] !== undefined;
const busy = (): Answer => envelope(409, 'Sandbox state change in progress');

/** A change of state: allowed from some states, refused in the others. */
const transition = (rest: string, from: readonly string[], to: string, refusal: string): Route =>
  on('POST', rest, (fake, sandbox) => {
    if (isBusy(sandbox)) return busy();
    if (!from.includes(sandbox.state)) return envelope(400, refusal);
    fake.change(sandbox, to);
    return ok(sandbox);
  });

const setting = (rest: string, apply: (sandbox: FakeSandbox, value: string) => void): Route =>
  on('POST', rest, (_fake, sandbox, _request, [value = '']) => {
    apply(sandbox, value);
    // The document says 200.
    return ok(sandbox, 201);
  });

function matching(fake: FakeDaytona, query: URLSearchParams): FakeSandbox[] {
  const labels: unknown = JSON.parse(query.get('labels') ?? '{}');
  const wanted: [string, unknown][] =
    typeof labels === 'object' && labels !== null ? Object.entries(labels) : [];
  return [...fake.sandboxes.values()].filter((sandbox) =>
    wanted.every(([key, value]) => sandbox.labels[key] === value),
  );
}

function list(fake: FakeDaytona, { query }: FakeRequest): Answer {
  const all = matching(fake, query);
  if (fake.options.list !== 'cursor') return ok(all);
  const from = Number(query.get('cursor') ?? '0');
  const limit = Number(query.get('limit') ?? '100');
  const items = all.slice(from, from + limit).map(listed);
  return ok({ items, nextCursor: from + limit < all.length ? String(from + limit) : null });
}

function paginated(fake: FakeDaytona, { query }: FakeRequest): Answer {
  if (fake.options.list === 'array') return envelope(404, 'Sandbox with ID or name paginated not found');
  const all = matching(fake, query);
  const [page, limit] = [Number(query.get('page') ?? '1'), Number(query.get('limit') ?? '100')];
  const items = all.slice((page - 1) * limit, page * limit);
  return ok({ items, total: all.length, page, totalPages: Math.ceil(all.length / limit) });
}

function create(fake: FakeDaytona, { json }: FakeRequest): Answer {
  const { domainAllowList: _unknownThen, ttlMinutes: _alsoUnknown, ...known } = json;
  if (typeof json['name'] === 'string' && fake.find(json['name']) !== undefined)
    return envelope(409, `Sandbox with name ${json['name']} already exists`);
  if ('cpu' in json) return envelope(400, 'Cannot specify Sandbox resources when using a snapshot');
  const sandbox = newSandbox(known, `${fake.origin}/toolbox`);
  fake.sandboxes.set(sandbox.id, sandbox);
  const answer = { ...sandbox };
  fake.change(sandbox, 'creating');
  return ok(answer);
}

export const routes: readonly Route[] = [
  { method: 'GET', pattern: /^\/api\/config$/, answer: () => ok({ version: 'v0.190.0' }) },
  { method: 'POST', pattern: /^\/api\/sandbox$/, answer: create },
  { method: 'GET', pattern: /^\/api\/sandbox$/, answer: list },
  { method: 'GET', pattern: /^\/api\/sandbox\/paginated$/, answer: paginated },
  {
    method: 'GET',
    pattern: /^\/api\/sandbox\/ssh-access\/validate$/,
    answer: () => envelope(403, 'Invalid authentication context'),
  },
  on('GET', '', (_fake, sandbox) => ok(sandbox)),
  on('DELETE', '', (fake, sandbox) => {
    if (isBusy(sandbox)) return busy();
    fake.change(sandbox, 'destroying');
    return ok({ ...sandbox, name: `DESTROYED_${sandbox.name}_1` });
  }),
  on('POST', '/start', (fake, sandbox) => {
    if (isBusy(sandbox)) return busy();
    if (sandbox.state === 'stopped') fake.change(sandbox, 'starting');
    return ok(sandbox);
  }),
  transition('/stop', ['started'], 'stopping', 'Sandbox is not in a stoppable state'),
  transition('/archive', ['stopped'], 'archiving', 'Sandbox is not stopped'),
  on('POST', '/snapshot', (fake, sandbox, { json }) => {
    if (isBusy(sandbox))
      return envelope(400, 'Sandbox must be in started or stopped state to create a snapshot');
    addSnapshot(fake.snapshots, { name: json['name'], state: 'active' });
    fake.change(sandbox, 'snapshotting');
    return ok(sandbox);
  }),
  on('POST', '/pause', () => envelope(422, 'Pausing is not supported for this sandbox')),
  on('POST', '/fork', () => envelope(422, 'Forking is not supported for this sandbox')),
  on('GET', '/forks', () => ok([])),
  on('GET', '/ancestors', () => ok([])),
  on('GET', '/parent', (_fake, { id }) => envelope(404, `Parent sandbox not found for sandbox ${id}`)),
  on('PUT', '/labels', (_fake, sandbox, { json }) => {
    const labels: Record<string, string> = {};
    const given = json['labels'];
    if (typeof given === 'object' && given !== null)
      for (const [key, value] of Object.entries(given)) labels[key] = String(value);
    sandbox.labels = labels;
    // As the document says: the labels alone.
    return ok({ labels });
  }),
  setting('/public/(true|false)', (sandbox, value) => (sandbox['public'] = value === 'true')),
  setting('/autostop/(\\d+)', (sandbox, value) => (sandbox['autoStopInterval'] = Number(value))),
  setting('/autoarchive/(\\d+)', (sandbox, value) => (sandbox['autoArchiveInterval'] = Number(value))),
  setting('/autodelete/(-?\\d+)', (sandbox, value) => (sandbox.autoDeleteInterval = Number(value))),
  on('POST', '/last-activity', () => ({ status: 201 })),
  on('POST', '/network-settings', (_fake, sandbox, { json }) => {
    sandbox['networkBlockAll'] = json['networkBlockAll'] === true;
    return ok(sandbox);
  }),
  on('GET', '/ports/(\\d+)/preview-url', (fake, { id }, _request, [port]) =>
    ok({ sandboxId: id, url: `${fake.origin}/${port}-${id}`, token: 'preview-token' }),
  ),
  on('GET', '/ports/(\\d+)/signed-preview-url', (fake, { id }, _request, [port]) =>
    ok({ sandboxId: id, port: Number(port), url: `${fake.origin}/${port}-signed`, token: 'signed-token' }),
  ),
  on('POST', '/ports/\\d+/signed-preview-url/[^/]+/expire', () => ({ status: 201 })),
  on('POST', '/ssh-access', (_fake, { id }) =>
    ok({
      id,
      sandboxId: id,
      token: 'sshtoken',
      expiresAt: '2026-12-01T10:00:00Z',
      createdAt: '2026-12-01T09:00:00Z',
      updatedAt: '2026-12-01T09:00:00Z',
      sshCommand: 'ssh -p 2222 sshtoken@ssh.example',
    }),
  ),
  on('DELETE', '/ssh-access', (_fake, sandbox) => ok(sandbox)),
  ...resourceRoutes,
  ...toolboxRoutes,
  // Operations that came after 0.190.
  {
    method: 'POST',
    pattern: /^\/api\/sandbox\/[^/]+\/(ttl\/\d+|resize)$/,
    answer: (_fake, { method, path }) => envelope(404, `Cannot ${method} ${path}`),
  },
];

/** Sandboxes over REST, on the real engine without Docker: statuses, words and fields are those of the API. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiSandbox, ApiSandboxListItem } from '../../../schemas/rest/answers.ts';
import { newUuid } from '../../../src/ids.ts';
import { openRestServer, type RestServer } from '../../support/rest-server.ts';
import { SimulatedEngine } from '../../support/simulated-engine.ts';

const simulated = new SimulatedEngine();
let server: RestServer;
beforeAll(async () => {
  await simulated.open();
  server = await openRestServer(() => simulated.engine, { clock: simulated.clock });
});
afterAll(async () => {
  await server.close();
  expect(await simulated.dispose()).toEqual([]);
});

const create = async (body: object = {}) => {
  const answer = await server.call('POST /sandbox', { body });
  expect(answer).toMatchObject({ status: 200 });
  return ApiSandbox.parse(answer.body);
};
const remove = async (id: string) => {
  expect(await server.call(`DELETE /sandbox/${id}`)).toMatchObject({ status: 200 });
};
const error = (statusCode: number, text: string, message: string) =>
  expect.objectContaining({ statusCode, error: text, message, path: expect.any(String) });

describe('a create', () => {
  it('answers the running sandbox, without nulls', async () => {
    const { status, body, headers } = await server.call('POST /sandbox', {
      body: { name: 'first', labels: { a: 'b', n: 1 }, env: { X: '1' }, unknown: true, user: null },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: 'first',
      state: 'started',
      desiredState: 'started',
      labels: { a: 'b', n: '1' },
      env: { X: '1' },
      target: 'local',
      autoStopInterval: 15,
      autoArchiveInterval: 10_080,
      autoDeleteInterval: -1,
      toolboxProxyUrl: `${server.url}/toolbox`,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(Object.values(Object(body))).not.toContain(null);
    expect(headers.get('x-daytona-api-version')).toMatch(/^v0\./);
    const { body: read } = await server.call('GET /sandbox/first');
    expect(read).toMatchObject({ networkAllowList: null, domainAllowList: null, errorReason: null });
    expect(read).not.toHaveProperty('warmPoolId');
    await remove('first');
  });

  it.each([
    [{ name: '<b>' }, 400, 'Bad Request', 'name must not contain HTML tags, URLs, or control characters'],
    [{ target: 'mars' }, 404, 'Not Found', 'Region not found'],
    [{ autoStopInterval: -1 }, 400, 'Bad Request', 'Auto-stop interval must be non-negative'],
    [{ autoArchiveInterval: -1 }, 400, 'Bad Request', 'Auto-archive interval must be non-negative'],
    [
      { autoStopInterval: 'x' },
      400,
      'Bad Request',
      'autoStopInterval must be a number conforming to the specified constraints',
    ],
    [
      { cpu: 'x', public: 'y' },
      400,
      'Bad Request',
      'public must be a boolean value, cpu must be a number conforming to the specified constraints',
    ],
    [
      { buildInfo: { dockerfileContent: 'FROM x:1' }, snapshot: 'y' },
      400,
      'Bad Request',
      'Cannot specify a snapshot when using a build info entry',
    ],
    [{ volumes: [{ volumeId: 'nope', mountPath: '/data' }] }, 404, 'Not Found', "Volume 'nope' not found"],
    [
      { volumes: [{ volumeId: 'nope', mountPath: 'data' }] },
      400,
      'Bad Request',
      'Invalid mount path data (must be absolute)',
    ],
    [{ gpu: 1 }, 422, 'Unprocessable Entity', 'gpu: this engine has no GPUs.'],
    [[], 400, 'Bad Request', 'body must be an object'],
  ])('of %j is refused in the words of the API', async (body, status, text, message) => {
    const answer = await server.call('POST /sandbox', { body });
    expect(answer.body).toEqual(error(status, text, message));
    expect(answer.status).toBe(status);
  });

  it('of a snapshot that is not there says so, and of a name that is taken', async () => {
    const { body } = await server.call('POST /sandbox', { body: { snapshot: 'nope' } });
    expect(body).toEqual(
      error(400, 'Bad Request', 'Snapshot nope not found. Did you add it through the Daytona Dashboard?'),
    );
    const { id } = await create({ name: 't1' });
    const twice = await server.call('POST /sandbox', { body: { name: 't1' } });
    expect(twice.body).toEqual(error(409, 'Conflict', 'Sandbox with name t1 already exists'));
    await remove(id);
  });
});

describe('a sandbox', () => {
  it('goes through its states, and is gone after its delete', async () => {
    const { id } = await create({ name: 'life' });
    const post = async (what: string) => (await server.call(`POST /sandbox/life/${what}`)).body;
    expect(await post('stop')).toMatchObject({ id, state: 'stopped', desiredState: 'stopped' });
    expect(await post('stop')).toEqual(error(400, 'Bad Request', 'Sandbox is not in a stoppable state'));
    expect(await post('start')).toMatchObject({ state: 'started' });
    expect(await post('start')).toMatchObject({ state: 'started' });
    expect(await post('pause')).toMatchObject({ state: 'paused' });
    expect(await post('pause')).toEqual(
      error(400, 'Bad Request', 'Sandbox must be in started state to pause'),
    );
    expect(await post('resize')).toEqual(
      error(400, 'Bad Request', 'Sandbox must be in started or stopped state to resize'),
    );
    expect(await post('recover')).toEqual(error(400, 'Bad Request', 'Sandbox is not in a recoverable state'));
    expect(await post('start')).toMatchObject({ state: 'started' });
    expect(await post('archive')).toEqual(error(400, 'Bad Request', 'Sandbox is not stopped'));
    const { body } = await server.call(`DELETE /sandbox/${id}?force=true`);
    expect(body).toMatchObject({
      state: 'destroying',
      desiredState: 'destroyed',
      name: expect.stringMatching(/^DESTROYED_life_\d+$/),
    });
    expect(body).not.toHaveProperty('lastActivityAt');
    for (const name of [id, 'life']) {
      expect((await server.call(`GET /sandbox/${name}`)).body).toEqual(
        error(404, 'Not Found', `Sandbox with ID or name ${name} not found`),
      );
    }
  });

  it('that is ephemeral goes with its stop', async () => {
    const { id } = await create({ autoDeleteInterval: 0 });
    const { body } = await server.call(`POST /sandbox/${id}/stop`);
    expect(body).toMatchObject({ state: 'destroying', desiredState: 'destroyed' });
    expect((await server.call(`GET /sandbox/${id}`)).status).toBe(404);
  });

  it('has settings that are changed with the statuses of the API', async () => {
    const { id } = await create();
    const { body: labels } = await server.call(`PUT /sandbox/${id}/labels`, { body: { labels: { a: 'b' } } });
    expect(labels).toMatchObject({ id, labels: { a: 'b' } });
    const { body: same } = await server.call(`PUT /sandbox/${id}/labels`, { body: {} });
    expect(same).toMatchObject({ labels: { a: 'b' } });
    const post = (path: string) => server.call(`POST /sandbox/${id}/${path}`);
    expect(await post('public/true')).toMatchObject({ status: 201, body: { public: true } });
    expect(await post('public/banana')).toMatchObject({ status: 201, body: { public: false } });
    expect(await post('autostop/30')).toMatchObject({ status: 201, body: { autoStopInterval: 30 } });
    expect(await post('autodelete/-7')).toMatchObject({ status: 201, body: { autoDeleteInterval: -7 } });
    expect(await post('ttl/5')).toMatchObject({ status: 200, body: { autoDestroyAt: expect.any(String) } });
    expect(await post('autopause/0')).toMatchObject({ status: 200 });
    expect(await post('autopause/5')).toMatchObject({ status: 422 });
    for (const wrong of ['abc', '1.5', '', '%20', 'NaN', '1e3']) {
      const answer = await post(`autostop/${wrong}`);
      expect(answer.status).toBe(wrong === '' ? 404 : 400);
    }
    expect((await post('autostop/-1')).body).toEqual(
      error(400, 'Bad Request', 'Auto-stop interval must be non-negative'),
    );
    expect(await post('last-activity')).toMatchObject({ status: 201, text: '' });
    expect((await post('network-settings')).body).toEqual(
      error(
        400,
        'Bad Request',
        'At least one of networkBlockAll, networkAllowList or domainAllowList must be provided',
      ),
    );
    await remove(id);
  });

  it('has no preview of a port that is none', async () => {
    const { id } = await create();
    for (const port of ['0', '65536', 'NaN', 'abc', '1.5', '-1']) {
      expect((await server.call(`GET /sandbox/${id}/ports/${port}/preview-url`)).body).toEqual(
        error(400, 'Bad Request', 'Invalid port'),
      );
    }
    for (const seconds of ['0', '86401', '-1']) {
      const path = `/sandbox/${id}/ports/80/signed-preview-url?expiresInSeconds=${seconds}`;
      expect((await server.call(`GET ${path}`)).body).toEqual(
        error(400, 'Bad Request', 'expiresInSeconds must be between 1 second and 24 hours'),
      );
    }
    await remove(id);
  });

  it('is found by id alone where the API takes an id', async () => {
    const { id } = await create({ name: 'by-id' });
    for (const path of ['toolbox-proxy-url', 'signing-key']) {
      expect((await server.call(`GET /sandbox/by-id/${path}`)).body).toEqual(
        error(404, 'Not Found', 'Sandbox with ID or name by-id not found'),
      );
    }
    expect((await server.call(`GET /sandbox/${id}/toolbox-proxy-url`)).body).toEqual({
      url: `${server.url}/toolbox`,
    });
    const { body: key } = await server.call(`GET /sandbox/${id}/signing-key`);
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect((await server.call(`POST /sandbox/${id}/signing-key/rotate`)).body).not.toBe(key);
    expect((await server.call(`GET /sandbox/${id}/telemetry/metrics?from=a&to=b`)).body).toEqual(
      error(403, 'Forbidden', 'Telemetry endpoints are disabled when Analytics API is configured'),
    );
    expect((await server.call(`GET /sandbox/${id}/parent`)).body).toEqual(
      error(404, 'Not Found', `Parent sandbox not found for sandbox ${id}`),
    );
    expect((await server.call(`GET /sandbox/${id}/build-logs-url`)).body).toEqual(
      error(404, 'Not Found', 'Sandbox by-id has no build info'),
    );
    expect(await server.call(`GET /sandbox/${id}/forks`)).toMatchObject({ status: 200, body: [] });
    expect(await server.call(`GET /sandbox/${id}/ancestors`)).toMatchObject({ status: 200, body: [] });
    await remove(id);
  });
});

describe('the list', () => {
  it('has three shapes', async () => {
    const ids = [];
    for (const index of [0, 1, 2]) {
      ids.push((await create({ name: `list-${index}`, labels: { of: 'list' }, env: { S: 'x' } })).id);
      simulated.clock.advance(1_000);
    }
    const labels = encodeURIComponent(JSON.stringify({ of: 'list' }));
    const { body: page } = await server.call(`GET /sandbox?limit=2&labels=${labels}&sort=name&order=asc`);
    expect(page).toMatchObject({
      items: [{ name: 'list-0' }, { name: 'list-1' }],
      nextCursor: expect.any(String),
    });
    const cursor = encodeURIComponent(String(Object(page).nextCursor));
    const next = await server.call(
      `GET /sandbox?limit=2&labels=${labels}&sort=name&order=asc&cursor=${cursor}&states=started&states=stopped`,
    );
    expect(next.body).toMatchObject({ items: [{ name: 'list-2' }], nextCursor: null });
    expect(ApiSandboxListItem.strict().safeParse(Object(page).items[0]).error).toBeUndefined();
    const { body: numbered } = await server.call(`GET /sandbox/paginated?page=2&limit=2&labels=${labels}`);
    expect(numbered).toMatchObject({ total: 3, page: 2, totalPages: 2, items: [{ name: 'list-0' }] });
    const { body: array } = await server.call(`GET /sandbox?verbose=true&labels=${labels}`);
    expect(array).toHaveLength(3);
    expect(Object(array)[0]).toMatchObject({ env: { S: 'x' } });
    for (const id of ids) await remove(id);
  });

  it.each([
    ['limit=0', 'limit must not be less than 1'],
    ['limit=201', 'limit must not be greater than 200'],
    ['limit=x', 'limit must be a number conforming to the specified constraints'],
    ['labels=x', 'Invalid labels JSON format'],
    ['labels=[1]', 'Invalid labels JSON format'],
    ['cursor=zzz', 'Invalid cursor provided: zzz'],
    ['createdAtAfter=x', 'createdAtAfter must be a valid ISO 8601 date string'],
  ])('of ?%s is refused', async (query, message) => {
    expect((await server.call(`GET /sandbox?${query}`)).body).toEqual(error(400, 'Bad Request', message));
  });

  it('of a state that nobody can see is refused', async () => {
    const { status, body } = await server.call('GET /sandbox?states=destroyed');
    expect(status).toBe(400);
    expect(Object(body).message).toMatch(
      /^each value in states must be one of the following values: creating, /,
    );
  });
});

describe('the oldest names', () => {
  it('are served, too', async () => {
    const { status, body } = await server.call('POST /workspace', { body: { name: 'ws' } });
    expect(status).toBe(200);
    const { id } = ApiSandbox.parse(body);
    expect(body).toMatchObject({ image: 'default', info: { name: 'ws' }, snapshotState: 'None' });
    expect((await server.call('GET /workspace')).body).toMatchObject([{ id, image: 'default' }]);
    expect((await server.call('POST /workspace/ws/stop')).body).toMatchObject({ state: 'stopped' });
    expect((await server.call('DELETE /workspace/ws?force=true')).status).toBe(200);
    expect((await server.call(`GET /workspace/${newUuid()}/nothing`)).status).toBe(404);
  });
});

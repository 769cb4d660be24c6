/** What REST serves beside sandboxes: snapshots, volumes, keys, pools, and what the server tells of itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../schemas/copies.ts';
import {
  ApiConfiguration,
  ApiKeyList,
  ApiRegion,
  ApiSnapshot,
  ApiVolume,
  ApiWarmPool,
} from '../../../schemas/rest/answers.ts';
import { newUuid } from '../../../src/ids.ts';
import { fakeBackend } from '../../support/fake-backend.ts';
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

const error = (statusCode: number, message: string) => expect.objectContaining({ statusCode, message });

describe('snapshots', () => {
  it('are listed by page, the default one among them', async () => {
    const { status, body } = await server.call('GET /snapshots?page=1&limit=10&sort=name&order=asc');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      total: 1,
      page: 1,
      totalPages: 1,
      items: [{ name: 'default', general: true }],
    });
    expect(ApiSnapshot.strict().parse(Object(body).items[0])).toMatchObject({
      entrypoint: null,
      gpu: 0,
      disk: 0,
    });
    expect((await server.call('GET /snapshots/default')).body).toMatchObject({
      id: 'default',
      state: 'active',
    });
  });

  it('are refused in the words of the API', async () => {
    const id = newUuid();
    const cases: readonly [string, object | undefined, number, string][] = [
      ['GET /snapshots/nope', undefined, 404, 'Snapshot with name nope not found'],
      [`DELETE /snapshots/${id}`, undefined, 404, `Snapshot with ID ${id} not found`],
      ['DELETE /snapshots/default', undefined, 403, 'You cannot delete a general snapshot'],
      ['POST /snapshots/default/activate', undefined, 400, 'Snapshot default is already active'],
      ['POST /snapshots', { name: 'x' }, 400, 'Must specify an image name when not using a build info entry'],
      [
        'POST /snapshots',
        { name: 'a b', imageName: 'x:1' },
        400,
        'Invalid snapshot name format. May contain letters, digits, dots, colons, and dashes',
      ],
      [
        'POST /snapshots',
        { name: 'x', imageName: 'x:latest' },
        400,
        'Images with tag ":latest" are not allowed',
      ],
      [
        'POST /snapshots',
        { name: 'x', imageName: 'x' },
        400,
        'Image name must include a tag (e.g., ubuntu:22.04) or digest (@sha256:...)',
      ],
      ['POST /snapshots', { name: 'x', imageName: 'x:1', regionId: 'mars' }, 404, 'Region not found'],
      ['GET /snapshots/default/build-logs-url', undefined, 404, 'Snapshot default has no build info'],
      ['GET /snapshots?limit=201', undefined, 400, 'limit must not be greater than 200'],
    ];
    for (const [route, body, status, message] of cases) {
      const answer = await server.call(route, body === undefined ? {} : { body });
      expect([route, answer.body]).toEqual([route, error(status, message)]);
    }
  });

  it('are made of what the API’s clients send', async () => {
    const made: Snapshot = {
      id: newUuid(),
      name: 'tools',
      imageName: 'python:3.12',
      general: false,
      state: 'active',
      errorReason: null,
      size: 0.1,
      cpu: 1,
      mem: 1,
      pool: null,
      sourceSandboxId: null,
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:00:00.000Z',
      lastUsedAt: null,
    };
    const fake = fakeBackend({
      snapshots: {
        create: async () => made,
        get: async () => made,
        activate: async () => made,
        deactivate: async () => made,
        delete: async () => made,
      },
      builds: {
        snapshotLogs: async () => ({ state: 'active', logs: 'Step 1\n', totalBytes: 7, truncated: false }),
      },
    });
    const other = await openRestServer(() => fake.backend);
    try {
      const body = {
        name: 'tools',
        imageName: 'python:3.12',
        cpu: 2,
        memory: 4,
        disk: 8,
        gpu: 0,
        entrypoint: [],
      };
      expect((await other.call('POST /snapshots', { body })).body).toMatchObject({
        name: 'tools',
        state: 'active',
      });
      expect(fake.calls[0]?.arguments).toEqual([
        { name: 'tools', imageName: 'python:3.12', cpu: 2, memory: 4 },
      ]);
      expect((await other.call(`POST /snapshots/${made.id}/activate`)).status).toBe(200);
      expect(await other.call(`POST /snapshots/${made.id}/deactivate`)).toMatchObject({
        status: 204,
        text: '',
      });
      expect(await other.call(`DELETE /snapshots/${made.id}`)).toMatchObject({ status: 200, text: '' });
      const { body: where } = await other.call(`GET /snapshots/${made.id}/build-logs-url`);
      expect(where).toEqual({ url: `${other.url}/api/snapshots/${made.id}/build-logs` });
      for (const query of ['', '?follow=true']) {
        const logs = await other.call(`GET /snapshots/${made.id}/build-logs${query}`);
        expect(logs).toMatchObject({ status: 200, text: 'Step 1\n' });
        expect(logs.headers.get('content-type')).toBe('text/plain; charset=utf-8');
      }
    } finally {
      await other.close();
    }
  });
});

it('a build log that is followed ends with the build', async () => {
  const logs = ['a', 'ab', 'abc'];
  const fake = fakeBackend({
    builds: {
      snapshotLogs: async () => {
        const [text = 'abc'] = logs.length > 1 ? logs.splice(0, 1) : logs;
        return { state: text === 'abc' ? 'active' : 'building', logs: text, totalBytes: 0, truncated: false };
      },
    },
  });
  const other = await openRestServer(() => fake.backend);
  try {
    expect((await other.call('GET /snapshots/x/build-logs?follow=true')).text).toBe('abc');
  } finally {
    await other.close();
  }
});

it('volumes are made, found by id and by name, and deleted by id', async () => {
  const made = await server.call('POST /volumes', { body: { name: 'data' } });
  expect(made.status).toBe(200);
  const { id } = ApiVolume.parse(made.body);
  expect((await server.call('GET /volumes')).body).toMatchObject([{ id, name: 'data', state: 'ready' }]);
  expect((await server.call(`GET /volumes/${id}`)).body).toMatchObject({ id });
  expect((await server.call('GET /volumes/by-name/data')).body).toMatchObject({ id });
  const cases: readonly [string, number, string][] = [
    ['GET /volumes/data', 404, 'Volume with ID data not found'],
    [`GET /volumes/by-name/${id}`, 404, `Volume with name ${id} not found`],
    ['DELETE /volumes/data', 404, 'Volume with ID data not found'],
  ];
  for (const [route, status, message] of cases)
    expect([route, (await server.call(route)).body]).toEqual([route, error(status, message)]);
  expect((await server.call('POST /volumes', { body: { name: 'data' } })).body).toEqual(
    error(400, 'Volume with name data already exists'),
  );
  const volumes = [{ volumeId: 'data', mountPath: '/data' }];
  expect((await server.call('POST /sandbox', { body: { name: 'user', volumes } })).body).toMatchObject({
    volumes: [{ volumeId: id, mountPath: '/data' }],
  });
  expect((await server.call(`DELETE /volumes/${id}`)).body).toEqual(
    error(409, 'Volume cannot be deleted because it is in use by one or more sandboxes (e.g. user)'),
  );
  await server.call('DELETE /sandbox/user');
  expect(await server.call(`DELETE /volumes/${id}`)).toMatchObject({ status: 200, text: '' });
  expect((await server.call(`GET /volumes/${id}`)).status).toBe(404);
});

it('API keys are shown once, masked from then on, and revoked', async () => {
  const body = { name: 'ci', permissions: ['write:sandboxes'] };
  const made = await server.call('POST /api-keys', { body });
  expect(made).toMatchObject({
    status: 201,
    body: { name: 'ci', permissions: ['write:sandboxes'], expiresAt: null },
  });
  const key = String(Object(made.body).value);
  expect((await server.call('GET /api-keys/current', { key })).body).toMatchObject({ name: 'ci' });
  const { body: listed } = await server.call('GET /api-keys');
  expect(
    ApiKeyList.array()
      .parse(listed)
      .map(({ name }) => name),
  ).toEqual(['all', 'ci']);
  expect(JSON.stringify(listed)).not.toContain(key);
  expect((await server.call('GET /api-keys/ci')).body).toMatchObject({ value: `dtn_****${key.slice(-3)}` });
  expect((await server.call('POST /api-keys', { body })).status).toBe(409);
  expect(await server.call('DELETE /api-keys/ci')).toMatchObject({ status: 204, text: '' });
  expect((await server.call('GET /sandbox', { key })).status).toBe(401);
  expect((await server.call('GET /api-keys/ci')).body).toEqual(error(404, 'API key not found'));
});

it('warm pools are those of snapshots', async () => {
  const { body } = await server.call('GET /warm-pools');
  expect(ApiWarmPool.array().parse(body)).toMatchObject([{ id: 'default', snapshot: 'default', pool: 0 }]);
  expect((await server.call('PATCH /warm-pools/default', { body: { pool: 2 } })).status).toBe(422);
  expect((await server.call('PATCH /warm-pools/nope', { body: { pool: 2 } })).status).toBe(404);
  expect((await server.call('POST /warm-pools', { body: { snapshot: 'nope', pool: 1 } })).body).toEqual(
    error(404, 'Snapshot with name nope not found'),
  );
  expect((await server.call('POST /warm-pools', { body: { snapshot: 'default', pool: 1 } })).status).toBe(
    409,
  );
  expect((await server.call('POST /warm-pools', { body: { snapshot: 'x', pool: 0 } })).body).toEqual(
    error(400, 'pool must not be less than 1'),
  );
  expect((await server.call('DELETE /warm-pools/nope')).status).toBe(404);
});

it('the server tells what clients need to know of it', async () => {
  const { body } = await server.call('GET /config', { key: null });
  expect(ApiConfiguration.strict().parse(body)).toMatchObject({
    proxyToolboxUrl: `${server.url}/toolbox`,
    proxyTemplateUrl: 'http://{{PORT}}-{{sandboxId}}.localhost:4480',
    defaultSnapshot: 'default',
    maxAutoArchiveInterval: 43_200,
    maintananceMode: false,
  });
  for (const path of ['/regions', '/shared-regions'])
    expect(ApiRegion.array().parse((await server.call(`GET ${path}`)).body)).toMatchObject([{ id: 'local' }]);
  expect((await server.call('GET /regions/mars')).body).toEqual(error(404, 'Region not found'));
  expect((await server.call('GET /health')).body).toEqual({ status: 'ok' });
  expect((await server.call('GET /health/ready')).body).toEqual({ status: 'ok' });
  expect((await server.call('GET /object-storage/push-access')).body).toEqual(
    error(503, 'Object storage is not configured'),
  );
  expect((await server.call('GET /openapi.json', { key: null })).body).toMatchObject({ openapi: '3.1.0' });
});

it('an engine that is not there is said to be away', async () => {
  const away = await openRestServer(() => Promise.reject(new Error('/secret/path is missing')));
  try {
    const { body, text } = await away.call('GET /health/ready');
    expect(body).toMatchObject({ statusCode: 503 });
    const failed = await away.call('GET /sandbox');
    expect(failed.body).toEqual(error(500, 'An unexpected error occurred.'));
    expect(text + failed.text).not.toContain('secret');
  } finally {
    await away.close();
  }
});

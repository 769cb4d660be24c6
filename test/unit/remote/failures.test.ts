/** What the remote backend makes of failures of the way and of the server: what is tried again, and what is told. */
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { ThawError } from '../../../src/errors.ts';
import { silentLogger } from '../../../src/log.ts';
import { openRemoteBackend, type RemoteBackend } from '../../../src/remote/open.ts';
import { FakeDaytona, KEY, problem } from '../../support/fake-daytona/server.ts';
import { openRemote } from '../../support/remote-backend.ts';

let fake: FakeDaytona;
let backend: RemoteBackend;
const call = (signal: AbortSignal = new AbortController().signal) => ({ signal });

beforeEach(async () => {
  fake = await FakeDaytona.open({ changeMs: 20 });
  backend = openRemote(fake.apiUrl, KEY);
});
afterEach(async () => {
  await backend.close();
  await fake.close();
});

const failureOf = async (work: Promise<unknown>): Promise<ThawError> => {
  const thrown: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (thrown instanceof ThawError) return thrown;
  throw new Error('no ThawError was thrown', { cause: thrown });
};

const make = () => backend.lifecycle.create({}, call());
const count = (line: string): number => fake.requests.filter((request) => request === line).length;

describe('trying again', () => {
  it('repeats a look after 5xx and cut connections, and no creation', async () => {
    fake.inject('GET /api/snapshots', { status: 503, body: {} });
    fake.inject('GET /api/snapshots', 'reset');
    expect((await backend.snapshots.list({}, call())).items).toEqual([]);
    expect(count('GET /api/snapshots')).toBe(3);

    fake.inject('POST /api/sandbox', problem(502, 'bad gateway'), 5);
    expect(await failureOf(make())).toMatchObject({
      code: 'backend_error',
      context: { operation: 'createSandbox' },
    });
    expect(count('POST /api/sandbox')).toBe(1);
  });

  it('gives up after a few', async () => {
    fake.inject('GET /api/volumes', problem(500, 'An unexpected error occurred.'), 50);
    expect(await failureOf(backend.volumes.list(call()))).toMatchObject({ code: 'backend_error' });
    expect(count('GET /api/volumes')).toBe(4);
  });

  it('waits as long as a busy server asks, within reason', async () => {
    fake.inject('POST /api/sandbox', { status: 429, body: {}, headers: { 'retry-after': '0' } });
    expect(await make()).toMatchObject({ state: 'started' });
    fake.inject('POST /api/sandbox', { status: 429, body: {}, headers: { 'retry-after': '3600' } });
    const error = await failureOf(make());
    expect(error).toMatchObject({ code: 'capacity', next: 'Call again in 3600 s.' });
    expect(count('POST /api/sandbox')).toBe(3);
  });

  it('outwaits a change under way before it deletes', async () => {
    const { id } = await make();
    fake.inject('DELETE /api/sandbox', problem(409, 'Sandbox state change in progress'), 2);
    expect(await backend.lifecycle.delete(id, call())).toMatchObject({ state: 'destroyed' });
    expect(count(`DELETE /api/sandbox/${id}`)).toBe(3);
  });
});

describe('what is told', () => {
  it.each([
    ['no JSON', { status: 200, raw: '<html>' }],
    ['another form', { status: 200, body: { id: 7 } }],
    ['a part of JSON', { status: 200, raw: '{"id": "' }],
    ['nothing', { status: 200 }],
  ])('names the operation whose answer is %s', async (_what, answer) => {
    fake.inject('GET /api/sandbox/box', answer);
    const error = await failureOf(backend.lifecycle.get('box', call()));
    expect(error).toMatchObject({ code: 'backend_error', context: { operation: 'getSandbox' } });
    expect(error.message).toContain('getSandbox');
  });

  it.each([
    [401, 'backend_credentials'],
    [403, 'backend_credentials'],
    [404, 'sandbox_not_found'],
    [405, 'unsupported_by_backend'],
    [409, 'busy'],
    [422, 'unsupported'],
    [501, 'unsupported_by_backend'],
  ])('turns status %i into %s', async (status, code) => {
    fake.inject('GET /api/sandbox/box', problem(status, 'so it is'));
    const error = await failureOf(backend.lifecycle.get('box', call()));
    expect(error.code).toBe(code);
    expect(error.message).toContain('so it is');
  });

  it('takes the code of a Thaw server over the status', async () => {
    const body = { statusCode: 400, message: 'it stopped', code: 'state_conflict', next: 'Start it.' };
    fake.inject('GET /api/sandbox/box', { status: 400, body });
    expect(await failureOf(backend.lifecycle.get('box', call()))).toMatchObject({
      code: 'state_conflict',
      next: 'Start it.',
    });
  });

  it('tells a missing operation from a missing sandbox', async () => {
    const { id } = await make();
    expect(await failureOf(backend.lifecycle.resize(id, { cpu: 2 }, call()))).toMatchObject({
      code: 'unsupported_by_backend',
      message: expect.stringContaining('resizeSandbox'),
    });
  });

  it('passes no control characters on, and no page of text', async () => {
    fake.inject('GET /api/sandbox/box', problem(400, `\u001b[31mred\u0000\n\u202e${'long '.repeat(1000)}`));
    const { message } = await failureOf(backend.lifecycle.get('box', call()));
    expect(message).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(message.length).toBeLessThan(700);
  });

  it('does not follow a redirect with the key', async () => {
    const other = await FakeDaytona.open();
    try {
      const location = `${other.apiUrl}/sandbox/box`;
      fake.inject('GET /api/sandbox/box', { status: 307, headers: { location } });
      const error = await failureOf(backend.lifecycle.get('box', call()));
      expect(error).toMatchObject({
        code: 'backend_error',
        next: expect.stringContaining('DAYTONA_API_URL'),
      });
      expect(other.requests).toEqual([]);
    } finally {
      await other.close();
    }
  });

  it('says that nobody listens', async () => {
    await fake.close();
    const error = await failureOf(backend.lifecycle.get('box', call()));
    expect(error).toMatchObject({ code: 'backend_unreachable', context: { errno: 'ECONNREFUSED' } });
  });
});

describe('the key', () => {
  it('is in no error, even when the server repeats it', async () => {
    fake.inject('GET /api/sandbox/box', problem(400, `bad header Bearer ${KEY}`));
    const error = await failureOf(backend.lifecycle.get('box', call()));
    const all = JSON.stringify([error.message, error.next, error.context, String(error.cause), error.stack]);
    expect(all).toContain('[hidden]');
    expect(all).not.toContain(KEY);
  });

  it('is in no line of the log', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
    const settings = {
      apiUrl: fake.apiUrl,
      token: KEY,
      tokenSource: 'x',
      organizationId: null,
      target: null,
    };
    const logging = openRemoteBackend({ settings, clock: systemClock, log });
    fake.inject('GET /api/volumes', 'reset');
    await logging.volumes.list(call());
    fake.inject('DELETE /api/sandbox', problem(500, `Bearer ${KEY}`));
    await failureOf(logging.lifecycle.create({ domainAllowList: 'example.com' }, call()));
    await logging.close();
    expect(lines.some((line) => line.includes('trying again'))).toBe(true);
    expect(lines.some((line) => line.includes('could not be deleted'))).toBe(true);
    expect(lines.join('')).not.toContain(KEY);
  });

  it('is not sent to a toolbox that is not encrypted when the API is', async () => {
    const sent: string[] = [];
    const sandbox = {
      id: 'd3b07384-d113-4ec5-a5d6-0a1b2c3d4e5f',
      toolboxProxyUrl: 'http://evil.example/toolbox',
    };
    const careful = openRemoteBackend({
      settings: {
        apiUrl: 'https://api.example/api',
        token: KEY,
        tokenSource: 'a test',
        organizationId: null,
        target: null,
      },
      clock: systemClock,
      log: silentLogger(),
      fetch: async (url) => {
        sent.push(url instanceof Request ? url.url : String(url));
        return new Response(JSON.stringify({ ...sandbox, state: 'started' }));
      },
    });
    const error = await failureOf(careful.exec.exec('box', { command: 'true' }, call()));
    expect(error).toMatchObject({ code: 'backend_error', message: expect.stringContaining('unsafe') });
    expect(sent).toEqual(['https://api.example/api/sandbox/box']);
  });
});

describe('cancelling', () => {
  it('undoes a creation that is under way', async () => {
    const controller = new AbortController();
    const creating = failureOf(backend.lifecycle.create({ name: 'never' }, call(controller.signal)));
    await expect.poll(() => fake.sandboxes.size).toBe(1);
    controller.abort();
    expect(await creating).toMatchObject({ code: 'cancelled' });
    await expect.poll(() => fake.sandboxes.size).toBe(0);
  });

  it('ends a wait at once', async () => {
    const { id } = await make();
    const controller = new AbortController();
    controller.abort();
    expect(
      await failureOf(backend.lifecycle.stop(id, { force: true }, call(controller.signal))),
    ).toMatchObject({
      code: 'cancelled',
    });
  });
});

describe('older servers', () => {
  it('are not trusted with a protection that they ignore: the sandbox goes again', async () => {
    const error = await failureOf(backend.lifecycle.create({ domainAllowList: 'example.com' }, call()));
    expect(error).toMatchObject({
      code: 'unsupported_by_backend',
      message: expect.stringContaining('domainAllowList'),
    });
    await expect.poll(() => fake.sandboxes.size).toBe(0);
  });

  it('may leave out most fields of a sandbox', async () => {
    const id = 'd3b07384-d113-4ec5-a5d6-0a1b2c3d4e5f';
    fake.inject('GET /api/sandbox/box', { status: 200, body: { id, state: 'hibernating' } });
    expect(await backend.lifecycle.get('box', call())).toMatchObject({
      id,
      name: id,
      state: 'unknown',
      labels: {},
      autoDeleteInterval: -1,
      errorReason: null,
    });
  });

  it('are asked once which list they have', async () => {
    await make();
    await backend.lifecycle.list({}, call());
    fake.requests.length = 0;
    const first = await backend.lifecycle.list({ limit: 1 }, call());
    expect(fake.requests).toEqual(['GET /api/sandbox']);
    await make();
    const page = await backend.lifecycle.list({ limit: 1 }, call());
    expect([first.total, page.total, page.nextCursor]).toEqual([1, null, '1']);
    const next = await backend.lifecycle.list({ limit: 1, cursor: page.nextCursor ?? '' }, call());
    expect(next).toMatchObject({ page: null, nextCursor: null });
  });
});

it('a command costs one request', async () => {
  const { id } = await make();
  fake.requests.length = 0;
  await backend.exec.exec(id, { command: 'true' }, call());
  await backend.exec.exec(id, { command: 'true' }, call());
  expect(fake.requests).toEqual([
    `POST /toolbox/${id}/process/execute`,
    `POST /toolbox/${id}/process/execute`,
  ]);
});

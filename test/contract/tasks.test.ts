/** The tasks extension, as clients of 2026-07-28 see it: over HTTP and on a connection of lines, with a fake backend. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Snapshot } from '../../schemas/copies.ts';
import type { ExecResult } from '../../schemas/exec.ts';
import type { Job } from '../../schemas/jobs.ts';
import { SandboxState } from '../../schemas/state.ts';
import { systemClock } from '../../src/clock.ts';
import { ThawError } from '../../src/errors.ts';
import { makeAuthenticator } from '../../src/http/authenticate.ts';
import { FailedAttempts } from '../../src/keys/failed-attempts.ts';
import type { KeyBook } from '../../src/keys/key-book.ts';
import { buildCatalogue } from '../../src/server/catalogue.ts';
import { principalOf } from '../../src/server/http/caller.ts';
import { openSettings, selectTools } from '../../src/server/surface.ts';
import { TASKS_EXTENSION } from '../../src/server/tasks/protocol.ts';
import { TaskBook } from '../../src/server/tasks/task-book.ts';
import { tools } from '../../tools/index.ts';
import { type FakeBackend, fakeBackend } from '../support/fake-backend.ts';
import { serveOnSocket } from '../support/mcp-fixture.ts';
import {
  callModern,
  fetchModern,
  type McpHttpFixture,
  modernMeta,
  type Reply,
  serveOnHttp,
} from '../support/mcp-http-fixture.ts';
import { connectRaw, initializeRequest } from '../support/raw-connection.ts';
import { sandboxFixture } from '../support/sandbox-fixture.ts';
import { snapshotFixture } from '../support/snapshot-fixture.ts';

const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const following = { [CAPABILITIES]: { extensions: { [TASKS_EXTENSION]: {} } } };

const running: Job = {
  execId: 'exec-1-0123456789abcdef',
  command: 'make',
  status: 'running',
  exitCode: null,
  signal: null,
  startedAt: '2026-05-01T10:00:00.000Z',
  endedAt: null,
  stdoutBytes: 4,
  stderrBytes: 0,
};
const left: ExecResult = {
  status: 'running',
  execId: running.execId,
  exitCode: null,
  signal: null,
  stdout: 'out\n',
  stderr: '',
  stdoutBytes: 4,
  stderrBytes: 0,
  truncated: false,
  durationMs: 1,
};
const endedAt = '2026-05-01T10:00:07.500Z';

/** What the backend says of the command now. */
let job: Job | ThawError;
/** And of what is being made. */
let state: string;
let fake: FakeBackend;
let fixture: McpHttpFixture;
beforeEach(async () => {
  job = running;
  const now = async (): Promise<Job> => {
    if (job instanceof ThawError) throw job;
    return job;
  };
  const sandbox = () => sandboxFixture({ state: SandboxState.parse(state) });
  const snapshot = () => snapshotFixture({ state: Snapshot.shape.state.parse(state) });
  fake = fakeBackend({
    lifecycle: {
      create: async () => ({ ...sandbox(), startedFrom: 'cold', tookMs: 1 }),
      get: async () => sandbox(),
    },
    snapshots: { create: async () => snapshot(), get: async () => snapshot() },
    exec: {
      exec: async (_sandbox, { command }) => (command === 'true' ? { ...left, status: 'exited' } : left),
    },
    jobs: {
      get: now,
      read: async () => {
        const chunks = [
          { stream: 'stdout' as const, data: Buffer.from('out\n') },
          { stream: 'stderr' as const, data: Buffer.from('\u001b[31merr') },
        ];
        return { job: await now(), chunks, cursor: 0, nextCursor: 12, droppedBytes: 0 };
      },
      stop: async () => {
        job = { ...running, status: 'killed', signal: 'SIGTERM', endedAt };
        return job;
      },
    },
  });
  fixture = await serve();
});
afterEach(() => fixture.close());

interface Serving {
  readonly secret?: string;
  /** The one that it works with. */
  readonly sandbox?: string | null;
}

/** Another owner with the keys of the first. */
function serve({ secret = 'secret', sandbox = null }: Serving = {}, keys?: KeyBook): Promise<McpHttpFixture> {
  const chosen = selectTools(tools, { ...openSettings, toolsets: ['all'], sandbox }, openSettings);
  const attempts = new FailedAttempts(systemClock);
  return serveOnHttp(fake.backend, {
    catalogueFor: () => buildCatalogue(chosen, { sandbox, readOnly: false }),
    tasks: new TaskBook(secret),
    ...(keys === undefined ? {} : { authenticator: makeAuthenticator({ keys, attempts }) }),
  });
}

interface Ask {
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly at?: McpHttpFixture;
  readonly key?: string;
}

async function ask({
  method,
  params = {},
  meta = following,
  at = fixture,
  key = fixture.key,
}: Ask): Promise<Reply> {
  const { taskId } = params;
  const headers: Record<string, string> = typeof taskId === 'string' ? { 'mcp-name': taskId } : {};
  const replies = await callModern(at.url, key, { method, params, meta, headers });
  expect(replies).toHaveLength(1);
  return replies[0] ?? {};
}

const exec = (more: object = {}) => ({
  method: 'tools/call',
  params: { name: 'sandbox_exec', arguments: { sandbox: 'box', command: 'make', ...more } },
});
const createTask = async (at = fixture): Promise<string> =>
  String((await ask({ ...exec(), at })).result?.['taskId']);
const get = async (taskId: string, more: Partial<Ask> = {}): Promise<Reply> =>
  await ask({ method: 'tasks/get', params: { taskId }, ...more });
const cancel = async (taskId: string): Promise<Reply> =>
  await ask({ method: 'tasks/cancel', params: { taskId } });

describe('a call that outlasts its wait', () => {
  it('is a task for a client that follows tasks, with all that the extension names', async () => {
    const { result = {} } = await ask(exec());
    expect(result).toMatchObject({
      resultType: 'task',
      taskId: expect.stringMatching(/^[A-Za-z0-9_-]{100,}$/),
      status: 'working',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      lastUpdatedAt: expect.any(String),
      ttlMs: null,
      pollIntervalMs: 2000,
    });
    for (const field of ['result', 'error', 'inputRequests', 'structuredContent', 'requestState'])
      expect(result).not.toHaveProperty(field);
    const { result: looked } = await get(String(result['taskId']));
    expect(looked).toMatchObject({ resultType: 'complete', taskId: result['taskId'], status: 'working' });
    expect(looked?.['statusMessage']).toContain('printed 4 bytes');
    expect(looked).not.toHaveProperty('result');
  });

  it.each([
    ['a client that follows none', exec(), {}],
    ['a command that was asked to run in the background', exec({ background: true }), following],
    ['a command that ended', exec({ command: 'true' }), following],
  ])('stays what it was for %s', async (_who, request, meta) => {
    const { result } = await ask({ ...request, meta });
    expect(result).toMatchObject({ resultType: 'complete', structuredContent: { stdout: 'out\n' } });
    expect(result).not.toHaveProperty('taskId');
  });
});

describe('a task', () => {
  it('ends with what the call would have answered', async () => {
    const taskId = await createTask();
    job = { ...running, status: 'exited', exitCode: 3, endedAt, stderrBytes: 8 };
    const { result } = await get(taskId);
    expect(result).toMatchObject({ status: 'completed', lastUpdatedAt: endedAt, resultType: 'complete' });
    const expected = { status: 'exited', exitCode: 3, stdout: 'out\n', stderr: 'err', durationMs: 7500 };
    expect(result?.['result']).toMatchObject({
      resultType: 'complete',
      structuredContent: { ...expected, truncated: false },
      content: [{ type: 'text', text: expect.stringContaining('"exitCode":3') }],
      _meta: { 'thaw/untrusted': true },
    });
    // Ending it now changes nothing.
    expect((await cancel(taskId)).result).toMatchObject({ resultType: 'complete' });
    expect((await get(taskId)).result).toMatchObject({ status: 'completed' });
  });

  it('is cancelled, and says so', async () => {
    const taskId = await createTask();
    const { result = {} } = await cancel(taskId);
    expect(Object.keys(result).filter((key) => key !== '_meta')).toEqual(['resultType']);
    const stop = fake.calls.find(({ operation }) => operation === 'jobs.stop');
    expect(stop?.arguments).toEqual(['box', running.execId, {}]);
    expect((await get(taskId)).result).toMatchObject({ status: 'cancelled', lastUpdatedAt: endedAt });
  });

  it('that is cancelled elsewhere is a result: the command was killed', async () => {
    const taskId = await createTask();
    job = { ...running, status: 'killed', signal: 'SIGKILL', endedAt };
    expect((await get(taskId)).result).toMatchObject({
      status: 'completed',
      result: { structuredContent: { status: 'killed', signal: 'SIGKILL' } },
    });
  });

  it('outlives the owner that made it, and with another secret it is nobody’s', async () => {
    const taskId = await createTask();
    const [same, other] = [await serve({}, fixture.keys), await serve({ secret: 'another' }, fixture.keys)];
    try {
      expect((await get(taskId, { at: same })).result).toMatchObject({ status: 'working' });
      expect((await get(taskId, { at: other })).error).toMatchObject({ code: -32_602 });
    } finally {
      await Promise.all([same.close(), other.close()]);
    }
  });

  it('is of the caller that began it, whoever else has its id', async () => {
    const taskId = await createTask();
    const { value: key } = fixture.keys.create({ name: 'other' });
    const before = fake.calls.length;
    for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
      const { error } = await ask({ method, params: { taskId, inputResponses: {} }, key });
      expect(error).toMatchObject({ code: -32_602, message: expect.stringContaining('Task not found') });
    }
    expect(fake.calls).toHaveLength(before);
  });

  it('cannot be reached by a connection that works with another sandbox', async () => {
    const taskId = await createTask();
    const its = await serve({ sandbox: 'box' }, fixture.keys);
    const another = await serve({ sandbox: 'other' }, fixture.keys);
    try {
      expect((await get(taskId, { at: its })).result).toMatchObject({ status: 'working' });
      expect((await get(taskId, { at: another })).error).toMatchObject({ code: -32_602 });
    } finally {
      await Promise.all([its.close(), another.close()]);
    }
  });

  it('needs the permission of the call that began it', async () => {
    const { value: key } = fixture.keys.create({ name: 'reader', permissions: ['read:volumes'] });
    const reader = fixture.keys.find(key);
    if (reader === null) throw new Error('the key is not known');
    const reference = { sandbox: 'box', execId: running.execId };
    const facts = { tool: 'sandbox_exec', reference, createdMs: 0 };
    const taskId = new TaskBook('secret').seal(facts, principalOf(reader));
    const { error } = await get(taskId, { key });
    expect(error?.message).toContain('it lacks write:sandboxes');
  });

  it.each([
    ['is gone with its sandbox', 'sandbox_not_found', { error: { code: -32_602 } }],
    ['is gone when its command is forgotten', 'job_not_found', { error: { code: -32_602 } }],
    ['is looked for again while the engine is away', 'engine_unreachable', { error: { code: -32_603 } }],
    [
      'ends with an error of the tool when its sandbox was stopped',
      'state_conflict',
      { result: { status: 'completed', result: { isError: true } } },
    ],
  ] as const)('%s', async (_what, code, expected) => {
    const taskId = await createTask();
    job = new ThawError(code, 'It is so.');
    expect(await get(taskId)).toMatchObject(expected);
  });

  it.each(['tasks/get', 'tasks/update', 'tasks/cancel'])(
    'is unknown to %s when it is none',
    async (method) => {
      const taskId = await createTask();
      const flipped = `${taskId.slice(0, -1)}${taskId.endsWith('A') ? 'B' : 'A'}`;
      for (const id of [flipped, 'x', taskId.slice(4), 'a'.repeat(5000)])
        expect((await ask({ method, params: { taskId: id, inputResponses: {} } })).error).toMatchObject({
          code: -32_602,
        });
    },
  );
});

describe('the making of what is built', () => {
  it.each([
    ['sandbox_create', { name: 'box' }, 'building_snapshot', 'started'],
    ['sandbox_create', { name: 'box' }, 'pending_build', 'build_failed'],
    ['snapshot_create', { name: 'mine', imageName: 'a:1' }, 'pulling', 'active'],
    ['snapshot_create', { name: 'mine', imageName: 'a:1' }, 'building', 'error'],
  ] as const)('by %s %j is a task from %s to %s', async (name, given, before, after) => {
    const params = { name, arguments: given };
    state = before;
    const { result = {} } = await ask({ method: 'tools/call', params });
    expect(result).toMatchObject({ resultType: 'task', status: 'working' });
    const taskId = String(result['taskId']);
    expect((await get(taskId)).result).toMatchObject({ statusMessage: expect.stringContaining(before) });
    // It goes on: to end it is to delete what is made.
    expect((await cancel(taskId)).result).toMatchObject({ resultType: 'complete' });
    expect((await get(taskId)).result).toMatchObject({ status: 'working' });
    state = after;
    expect((await get(taskId)).result).toMatchObject({
      status: 'completed',
      result: { structuredContent: { state: after } },
    });
    // What is there when the call ends is no task.
    expect((await ask({ method: 'tools/call', params })).result).toMatchObject({
      structuredContent: { state: after },
    });
  });
});

describe('the extension', () => {
  it('is told of in discovery', async () => {
    const { result } = await ask({ method: 'server/discover', meta: {} });
    expect(result).toMatchObject({ capabilities: { extensions: { [TASKS_EXTENSION]: {} } } });
    expect(result?.['capabilities']).not.toHaveProperty('tasks');
  });

  it.each(['tasks/get', 'tasks/update', 'tasks/cancel'])('%s wants it declared', async (method) => {
    const params = { taskId: await createTask(), inputResponses: {} };
    const headers = { 'mcp-name': params.taskId };
    const response = await fetchModern(fixture.url, fixture.key, { method, params, headers });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code: -32_021, data: { requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } } } },
    });
  });

  it('wants the id in a header, too', async () => {
    const params = { taskId: await createTask() };
    const ofNone = { method: 'tasks/get', params, meta: following, headers: {} };
    expect((await fetchModern(fixture.url, fixture.key, ofNone)).status).toBe(400);
    const headers = { 'mcp-name': 'another' };
    const response = await fetchModern(fixture.url, fixture.key, { ...ofNone, headers });
    expect([response.status, await response.json()]).toEqual([
      400,
      expect.objectContaining({ error: expect.objectContaining({ code: -32_020 }) }),
    ]);
  });

  it.each(['tasks/list', 'tasks/result'])('has no %s any more', async (method) => {
    expect((await ask({ method, params: { taskId: 'x' } })).error).toMatchObject({ code: -32_601 });
  });

  it('acknowledges answers that no task asked for', async () => {
    const params = { taskId: await createTask(), inputResponses: { unknown: { action: 'accept' } } };
    expect((await ask({ method: 'tasks/update', params })).result).toMatchObject({ resultType: 'complete' });
  });
});

describe('on a connection of lines', () => {
  it('works the same, without progress behind the answer', async () => {
    const local = await serveOnSocket(fake.backend, { tasks: new TaskBook('secret') });
    const raw = await connectRaw(local.path);
    const send = async (id: number, method: string, params: object): Promise<Record<string, unknown>> => {
      const _meta = modernMeta({ ...following, progressToken: 5 });
      raw.send({ jsonrpc: '2.0', id, method, params: { ...params, _meta } });
      return await raw.next();
    };
    const { result } = await send(1, 'tools/call', exec().params);
    expect(result).toMatchObject({ resultType: 'task' });
    const taskId: unknown = Reflect.get(Object(result), 'taskId');
    expect(await send(2, 'tasks/get', { taskId })).toMatchObject({ id: 2, result: { status: 'working' } });
    expect(await send(3, 'tasks/cancel', { taskId })).toMatchObject({
      id: 3,
      result: { resultType: 'complete' },
    });
    expect(await send(4, 'tasks/get', { taskId })).toMatchObject({ id: 4, result: { status: 'cancelled' } });
    // It is of the user of this machine, and of no key.
    expect((await get(String(taskId))).error).toMatchObject({ code: -32_602 });
    raw.socket.destroy();
    await local.close();
  });

  it('is not there in the older era', async () => {
    const local = await serveOnSocket(fake.backend, { tasks: new TaskBook('secret') });
    const raw = await connectRaw(local.path);
    raw.send(initializeRequest(1));
    expect(JSON.stringify(await raw.next())).not.toContain('tasks');
    raw.send({ jsonrpc: '2.0', id: 2, ...exec() });
    expect(await raw.next()).toMatchObject({ id: 2, result: { structuredContent: { status: 'running' } } });
    raw.send({ jsonrpc: '2.0', id: 3, method: 'tasks/get', params: { taskId: 'x' } });
    expect(await raw.next()).toMatchObject({ id: 3, error: { code: -32_601 } });
    raw.socket.destroy();
    await local.close();
  });
});

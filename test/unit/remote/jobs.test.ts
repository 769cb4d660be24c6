/** Commands that go on after their call, over sessions of a toolbox. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Job } from '../../../schemas/jobs.ts';
import type { RemoteBackend } from '../../../src/remote/open.ts';
import { splitLog, windowOf } from '../../../src/remote/toolbox/job-logs.ts';
import { FakeDaytona, KEY } from '../../support/fake-daytona/server.ts';
import { openRemote } from '../../support/remote-backend.ts';

let fake: FakeDaytona;
let backend: RemoteBackend;
let sandbox = '';
const call = () => ({ signal: new AbortController().signal });

beforeEach(async () => {
  fake = await FakeDaytona.open({ changeMs: 20 });
  backend = openRemote(fake.apiUrl, KEY);
  ({ id: sandbox } = await backend.lifecycle.create({}, call()));
});
afterEach(async () => {
  await backend.close();
  await fake.close();
  expect(fake.unknown).toEqual([]);
});

it('a background command is answered at once, and followed by its execId', async () => {
  const request = { command: 'server', background: true, env: { A: "it's" }, cwd: '/srv' };
  const started = await backend.exec.exec(sandbox, request, call());
  expect(started).toMatchObject({
    status: 'running',
    stdout: 'out\nmore\n',
    stderr: 'err\n',
    exitCode: null,
  });
  const { execId = '' } = started;
  expect(fake.sessions.get(execId)?.command).toBe(`( export A='it'\\''s'; cd -- '/srv' && { server\n} )`);
  expect(Job.parse(await backend.jobs.get(sandbox, execId, call()))).toMatchObject({
    stdoutBytes: 9,
    stderrBytes: 4,
  });
  expect((await backend.jobs.list(sandbox, call())).map((job) => job.execId)).toEqual([execId]);

  const part = await backend.jobs.read(sandbox, execId, { cursor: 2, maxBytes: 5 }, call());
  expect(part.chunks.map(({ stream, data }) => [stream, data.toString()])).toEqual([
    ['stdout', 't\n'],
    ['stderr', 'err'],
  ]);
  expect([part.cursor, part.nextCursor]).toEqual([2, 7]);

  await backend.jobs.write(sandbox, execId, { data: Buffer.from('end\n'), close: false }, call());
  expect(await backend.jobs.get(sandbox, execId, call())).toMatchObject({ status: 'exited', exitCode: 4 });
  await backend.jobs.remove(sandbox, execId, call());
  await expect(backend.jobs.get(sandbox, execId, call())).rejects.toMatchObject({ code: 'job_not_found' });
});

it('stopping ends the group at once', async () => {
  const { execId = '' } = await backend.exec.exec(sandbox, { command: 'x', waitSeconds: 0 }, call());
  expect(await backend.jobs.stop(sandbox, execId, {}, call())).toMatchObject({
    status: 'killed',
    signal: 'SIGKILL',
  });
  expect(fake.sessions.size).toBe(0);
});

it('what a session cannot do is refused, and leaves nothing', async () => {
  for (const more of [{ user: 'root' }, { stdin: 'x' }, { timeoutSeconds: 90 }]) {
    await expect(
      backend.exec.exec(sandbox, { command: 'x', background: true, ...more }, call()),
    ).rejects.toMatchObject({ code: 'unsupported_by_backend' });
  }
  expect(fake.sessions.size).toBe(0);
});

it('a log is cut at its marks and by bytes', () => {
  const chunks = splitLog('early\u0002\u0002\u0002é\u0001\u0001\u0001');
  expect(chunks.map(({ stream, data }) => [stream, data.toString()])).toEqual([
    ['stdout', 'early'],
    ['stderr', 'é'],
  ]);
  expect(windowOf(chunks, 4, 2).map(({ data }) => [...data])).toEqual([[121], [0xc3]]);
});

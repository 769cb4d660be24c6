/** Jobs of the real agent: their supervisor, their log, their input, and how they are read. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JobChunk } from '../../../src/backend/jobs.ts';
import type { AgentConnection, SpawnOptions } from '../../../src/engine/agent/port.ts';
import { sendInput, sendSignal } from '../../../src/engine/jobs/control.ts';
import { launchJob, type Supervisor } from '../../../src/engine/jobs/launch.ts';
import { listJobs } from '../../../src/engine/jobs/list-jobs.ts';
import type { JobHost } from '../../../src/engine/jobs/program.ts';
import { type LogPart, type LogQuery, readLog } from '../../../src/engine/jobs/read-log.ts';
import { describeAgent } from './describe-agent.ts';

const { signal } = new AbortController();
let base = '';
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'thaw-jobs-'));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

let count = 0;
const newDirectory = (): string => join(base, String(count++));

type Read = LogPart & { readonly stdout: string; readonly stderr: string; readonly chunks: JobChunk[] };

async function read(host: JobHost, directory: string, query: Partial<LogQuery> = {}): Promise<Read> {
  const wanted = {
    directory,
    from: 0,
    maxBytes: 0,
    waitMs: 20_000,
    until: 'end',
    streams: 'both',
    ...query,
  } as const;
  const chunks: JobChunk[] = [];
  const reading = readLog(host, wanted, signal);
  for (let next = await reading.next(); ; next = await reading.next()) {
    if (next.done !== true) {
      chunks.push(next.value);
      continue;
    }
    if (next.value === null) throw new Error('there is no such job');
    const of = (stream: JobChunk['stream']): string =>
      Buffer.concat(chunks.filter((chunk) => chunk.stream === stream).map(({ data }) => data)).toString();
    return { ...next.value, chunks, stdout: of('stdout'), stderr: of('stderr') };
  }
}

describeAgent('jobs', (subject) => {
  let later: AgentConnection | null = null;
  const host = (): JobHost => ({ agent: later ?? subject().agent, program: subject().local.program });
  const launch = async (
    command: string,
    options: Partial<SpawnOptions> & { readonly timeoutMs?: number; readonly boundBytes?: number } = {},
  ): Promise<{ directory: string; supervisor: Supervisor }> => {
    const { timeoutMs = null, boundBytes, ...spawn } = options;
    const directory = newDirectory();
    const spec = {
      directory,
      about: Buffer.from('about'),
      timeoutMs,
      ...(boundBytes === undefined ? {} : { boundBytes }),
    };
    const supervisor = await launchJob(host(), spec, {
      argv: ['/bin/sh', '-c', command],
      stdin: true,
      ...spawn,
    });
    return { directory, supervisor };
  };

  it('keeps both streams, their totals and the exit code', async () => {
    const { directory, supervisor } = await launch(
      'echo out; sleep 0.05; echo err >&2; sleep 0.05; echo more; exit 7',
    );
    await supervisor.over;
    const result = await read(host(), directory);
    expect(result).toMatchObject({
      stdout: 'out\nmore\n',
      stderr: 'err\n',
      cursor: 0,
      nextCursor: 13,
      droppedBytes: 0,
    });
    expect(result.state).toMatchObject({
      status: 'exited',
      value: 7,
      stdoutBytes: 9,
      stderrBytes: 4,
      takesInput: false,
    });
    expect(result.chunks.map(({ stream }) => stream)).toEqual(['stdout', 'stderr', 'stdout']);
  });

  it('is read while it runs, from a cursor, by stream and from the end', async () => {
    const { directory } = await launch('echo one; read x; echo two >&2; read y; echo "$x$y"');
    const first = await read(host(), directory, { until: 'data' });
    expect(first).toMatchObject({
      stdout: 'one\n',
      nextCursor: 4,
      state: { status: 'running', takesInput: true },
    });
    const reading = read(host(), directory, { from: 4, until: 'data' });
    await sendInput(host(), directory, { data: Buffer.from('A\n'), close: false }, signal);
    expect(await reading).toMatchObject({ stdout: '', stderr: 'two\n', cursor: 4, nextCursor: 8 });
    await sendInput(host(), directory, { data: Buffer.from('B\n'), close: true }, signal);
    expect(await read(host(), directory, { from: 8 })).toMatchObject({
      stdout: 'AB\n',
      state: { status: 'exited' },
    });
    expect(await read(host(), directory, { streams: 'stderr' })).toMatchObject({
      stdout: '',
      stderr: 'two\n',
      nextCursor: 11,
    });
    expect(await read(host(), directory, { from: { last: 5 } })).toMatchObject({
      stdout: 'AB\n',
      stderr: 'o\n',
      cursor: 6,
    });
    expect(await read(host(), directory, { maxBytes: 6 })).toMatchObject({
      stdout: 'one\n',
      stderr: 'tw',
      nextCursor: 6,
    });
    await expect(
      sendInput(host(), directory, { data: Buffer.from('C'), close: false }, signal),
    ).rejects.toMatchObject({
      code: 'command_ended',
    });
  });

  it('drops the oldest output past its bound, and tells exactly how much', async () => {
    const { directory, supervisor } = await launch('seq 1 200000', { boundBytes: 600_000 });
    await supervisor.over;
    const total = 1_288_895;
    const result = await read(host(), directory);
    expect(result.state).toMatchObject({ status: 'exited', stdoutBytes: total });
    expect(result.droppedBytes).toBeGreaterThan(0);
    expect(result.droppedBytes + result.stdout.length).toBe(total);
    expect(result.stdout.length).toBeGreaterThan(300_000);
    expect(result.stdout.endsWith('\n199999\n200000\n')).toBe(true);
  });

  it('kills the group at its time limit and tells so', async () => {
    const { directory, supervisor } = await launch('echo before; sleep 543 & sleep 543', { timeoutMs: 200 });
    await supervisor.over;
    expect(await read(host(), directory)).toMatchObject({
      stdout: 'before\n',
      state: { status: 'timed_out', value: 9 },
    });
  });

  it('signals the group, and kills what does not obey after the grace', async () => {
    const { directory, supervisor } = await launch('trap "" TERM; echo ready; while :; do sleep 0.05; done');
    await read(host(), directory, { until: 'data' });
    await sendSignal(host(), directory, 15, 200, signal);
    await supervisor.over;
    expect(await read(host(), directory)).toMatchObject({ state: { status: 'killed', value: 9 } });
  });

  it('says why a command cannot start, and leaves nothing', async () => {
    await expect(launch('true', { cwd: '/nowhere' })).rejects.toMatchObject({ code: 'command_not_started' });
    await expect(launch('true', { user: 'nobody-here' })).rejects.toMatchObject({
      code: 'command_not_started',
    });
    expect(await listJobs(host(), join(base, String(count - 1)), signal)).toEqual([]);
  });

  it('lives on when its engine is gone, and loses nothing', async () => {
    const { directory } = await launch('read x; seq 1 300000; exit 5');
    subject().agent.close();
    later = await subject().local.connect();
    expect(later.info.inherited).toBe(1);
    await sendInput(host(), directory, { data: Buffer.from('go\n'), close: true }, signal);
    const result = await read(host(), directory);
    expect(result.state).toMatchObject({ status: 'exited', value: 5, stdoutBytes: 1_988_895 });
    expect(result.stdout).toBe(Array.from({ length: 300_000 }, (_, n) => `${n + 1}\n`).join(''));
  });

  it('tells a job whose supervisor was killed as lost, with what it had printed', async () => {
    const { directory, supervisor } = await launch('echo here; exec sleep 765 >/dev/null 2>&1');
    await read(host(), directory, { until: 'data' });
    const [before] = await listJobs(host(), directory, signal);
    supervisor.kill();
    await supervisor.over;
    const result = await read(host(), directory);
    expect(result).toMatchObject({ stdout: 'here\n', state: { status: 'lost', stdoutBytes: 5 } });
    expect((await listJobs(host(), directory, signal))[0]).toMatchObject({ state: { status: 'lost' } });
    expect(before?.state.status).toBe('running');
    process.kill(-(before?.state.pid ?? 0), 'SIGKILL');
  });
});

/** Commands that outlive their call, and the engine that started them, in real sandboxes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../src/engine/engine.ts';
import type { Engine } from '../../src/engine/options.ts';
import { call, disposeEngine, eventually, makeStateDir, testEngineOptions } from '../support/open-engine.ts';

let stateDir = '';
let engine: Engine;
let box = '';

beforeAll(async () => {
  stateDir = makeStateDir();
  engine = await openEngine(testEngineOptions(stateDir, { pool: { target: 0, refillConcurrency: 1 } }));
  box = (await engine.lifecycle.create({ env: { GREETING: 'hello' } }, call())).id;
}, 120_000);
afterAll(async () => await disposeEngine(engine, stateDir), 120_000);

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, n) => `${from + n}\n`).join('');

/** All of the output by cursor, in pieces of `maxBytes`, waiting for the end. */
async function readAll(execId: string, maxBytes: number): Promise<string> {
  const pieces: Buffer[] = [];
  for (let cursor = 0; ; ) {
    const part = await engine.jobs.read(box, execId, { cursor, maxBytes, waitSeconds: 30 }, call());
    expect([part.cursor, part.droppedBytes]).toEqual([cursor, 0]);
    pieces.push(...part.chunks.map(({ data }) => data));
    cursor = part.nextCursor;
    const { status, stdoutBytes, stderrBytes } = part.job;
    if (status !== 'running' && cursor === stdoutBytes + stderrBytes) return Buffer.concat(pieces).toString();
  }
}

describe('a command in the background', () => {
  it('answers at once, takes input, and is read and listed', async () => {
    const command = 'echo "$GREETING $(id -un)"; read x; echo "got $x" >&2; exit 4';
    const { status, execId = '' } = await engine.exec.exec(box, { command, background: true }, call());
    expect(status).toBe('running');
    const first = await engine.jobs.read(box, execId, { waitSeconds: 10 }, call());
    expect(Buffer.concat(first.chunks.map(({ data }) => data)).toString()).toBe('hello daytona\n');
    expect((await engine.jobs.list(box, call())).find((job) => job.execId === execId)).toMatchObject({
      command,
      status: 'running',
    });
    await engine.jobs.write(box, execId, { data: Buffer.from('it\n'), close: true }, call());
    expect(await readAll(execId, 1_000)).toBe('hello daytona\ngot it\n');
    expect(await engine.jobs.get(box, execId, call())).toMatchObject({
      status: 'exited',
      exitCode: 4,
      stdoutBytes: 14,
      stderrBytes: 7,
    });
    await expect(
      engine.jobs.write(box, execId, { data: Buffer.from('x'), close: false }, call()),
    ).rejects.toMatchObject({ code: 'command_ended' });
    await engine.jobs.remove(box, execId, call());
    await expect(engine.jobs.get(box, execId, call())).rejects.toMatchObject({ code: 'job_not_found' });
  });

  it('is stopped with its children, gently or not', async () => {
    const command = 'trap "" TERM; (trap "" TERM; sleep 654) & sleep 654';
    const { execId = '' } = await engine.exec.exec(box, { command, background: true }, call());
    const stopped = await engine.jobs.stop(box, execId, { graceSeconds: 0.2 }, call());
    expect(stopped).toMatchObject({ status: 'killed', signal: 'SIGKILL' });
    const { stdout } = await engine.exec.exec(box, { command: 'pgrep -fc "sleep 65[4]"' }, call());
    expect(stdout).toBe('0\n');
  });

  it('says why it cannot start', async () => {
    const bad = { command: 'true', cwd: '/nowhere', background: true };
    await expect(engine.exec.exec(box, bad, call())).rejects.toMatchObject({ code: 'command_not_started' });
  });

  it('cannot be read or changed by the user of the sandbox', async () => {
    const { execId = '' } = await engine.exec.exec(box, { command: 'sleep 600', background: true }, call());
    const { stdout } = await engine.exec.exec(
      box,
      { command: `ls /var/lib/thaw/jobs/${execId} 2>/dev/null || echo denied` },
      call(),
    );
    expect(stdout).toBe('denied\n');
    await engine.jobs.remove(box, execId, call());
  });
});

describe('a command that outlasts its wait', () => {
  it('goes on with all of its output, in order', async () => {
    const command = 'seq 1 20000; read x; echo "x=$x"; sleep 1; seq 20001 40000; exit 6';
    const request = { command, stdin: 'in', waitSeconds: 0.5, maxOutputBytes: 100 };
    const result = await engine.exec.exec(box, request, call());
    expect(result).toMatchObject({ status: 'running', exitCode: null, stdoutBytes: 108_894 + 5 });
    expect(result.stdout.startsWith('1\n2\n')).toBe(true);
    const { execId = '' } = result;
    expect(await readAll(execId, 50_000)).toBe(`${lines(1, 20_000)}x=in\n${lines(20_001, 40_000)}`);
    expect(await engine.jobs.get(box, execId, call())).toMatchObject({ status: 'exited', exitCode: 6 });
  });

  it('loses nothing of what it prints during the handover', async () => {
    const runs = Array.from({ length: 4 }, async (_, n) => {
      const waitSeconds = 0.1 + n / 20;
      const command = 'for i in $(seq 1 60); do seq 1 2000; sleep 0.01; done';
      const result = await engine.exec.exec(box, { command, waitSeconds, maxOutputBytes: 100 }, call());
      if (result.execId === undefined) throw new Error('it ended too soon');
      return await readAll(result.execId, 500_000);
    });
    const expected = lines(1, 2_000).repeat(60);
    for (const output of await Promise.all(runs)) expect(output === expected).toBe(true);
  });

  it('keeps its time limit', async () => {
    const request = { command: 'sleep 321', waitSeconds: 0.1, timeoutSeconds: 1 };
    const { execId = '' } = await engine.exec.exec(box, request, call());
    await eventually('it is killed', async () => {
      const { status } = await engine.jobs.get(box, execId, call());
      return status === 'timed_out';
    });
  });

  it('is waited for on, when it prints more than is held, and answers exact counts and a handle', async () => {
    const result = await engine.exec.exec(
      box,
      { command: 'head -c 20000000 /dev/zero | tr "\\0" z; echo end >&2; exit 3', maxOutputBytes: 100 },
      call(),
    );
    expect(result).toMatchObject({ status: 'exited', exitCode: 3, stdoutBytes: 20_000_000, stderr: 'end\n' });
    expect((await engine.jobs.get(box, result.execId ?? '', call())).stdoutBytes).toBe(20_000_000);
  });

  it('is dead within a second when the caller goes away, with its children', async () => {
    const controller = new AbortController();
    const command = 'head -c 6000000 /dev/zero; (trap "" TERM; sleep 543) & sleep 543';
    const running = engine.exec.exec(box, { command }, call(controller.signal));
    await eventually('it was handed over', async () => {
      const jobs = await engine.jobs.list(box, call());
      return jobs.some((job) => job.command === command && job.stdoutBytes === 6_000_000);
    });
    const before = performance.now();
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    expect(performance.now() - before).toBeLessThan(1_000);
    const { stdout } = await engine.exec.exec(box, { command: 'pgrep -fc "sleep 54[3]"' }, call());
    expect(stdout).toBe('0\n');
  });

  it('takes megabytes of input', async () => {
    const stdin = 'y'.repeat(3_000_000);
    const result = await engine.exec.exec(box, { command: 'sleep 0.3; wc -c', stdin }, call());
    expect(result).toMatchObject({ status: 'exited', stdout: '3000000\n' });
  });
});

describe('files that root in the sandbox damages', () => {
  const asRoot = async (command: string): Promise<void> => {
    const { exitCode, stderr } = await engine.exec.exec(box, { command, user: 'root' }, call());
    expect(exitCode, stderr).toBe(0);
  };

  it('are told for what they are, and the command is stopped in any case', async () => {
    const start = async (): Promise<string> => {
      const request = { command: 'echo mine; exec sleep 987', background: true };
      const { execId = '' } = await engine.exec.exec(box, request, call());
      await engine.jobs.read(box, execId, { waitSeconds: 10 }, call());
      return execId;
    };
    const [linked, broken, whole] = [await start(), await start(), await start()];
    await asRoot(`cd /var/lib/thaw/jobs && rm ${linked}/log.* && ln -s /etc/shadow ${linked}/log.0000000000000000
      cd ${broken} && rm state about log.* && mkfifo state log.0000000000000000 && ln -s /etc/shadow about`);
    const read = async (execId: string) => await engine.jobs.read(box, execId, {}, call());
    expect(await read(linked)).toMatchObject({ job: { status: 'running' }, chunks: [] });
    await expect(read(broken)).rejects.toMatchObject({ code: 'job_not_found' });
    const listed = (await engine.jobs.list(box, call())).map(({ execId }) => execId);
    expect(listed).toEqual(expect.arrayContaining([linked, whole]));
    expect(listed).not.toContain(broken);
    const stopped = await engine.jobs.stop(box, linked, { graceSeconds: 0.2 }, call());
    expect(stopped).toMatchObject({ status: 'killed', stdoutBytes: 5 });
    expect(await read(linked)).toMatchObject({ chunks: [], droppedBytes: 5, nextCursor: 5 });
    expect(await read(whole)).toMatchObject({ job: { status: 'running' }, droppedBytes: 0 });
    await asRoot('rm -rf /var/lib/thaw/jobs && ln -s /etc /var/lib/thaw/jobs');
    expect(await engine.jobs.list(box, call())).toEqual([]);
    await expect(read(whole)).rejects.toMatchObject({ code: 'job_not_found' });
    await asRoot('rm /var/lib/thaw/jobs && pkill -f "sleep 98[7]"');
    expect(await engine.exec.exec(box, { command: 'echo on' }, call())).toMatchObject({ stdout: 'on\n' });
  });
});

describe('a new owner', () => {
  it('finds what runs, and it counts as work; what ended with the sandbox is only read', async () => {
    const command = 'seq 1 1000; sleep 999';
    const { execId = '' } = await engine.exec.exec(box, { command, background: true }, call());
    await engine.close({ sandboxes: 'keep' });
    engine = await openEngine(testEngineOptions(stateDir, { pool: { target: 0, refillConcurrency: 1 } }));
    expect(await engine.jobs.get(box, execId, call())).toMatchObject({ status: 'running' });
    await engine.lifecycle.stop(box, { force: true }, call());
    await engine.lifecycle.start(box, call());
    expect(await engine.jobs.get(box, execId, call())).toMatchObject({ status: 'lost', stdoutBytes: 3_893 });
    expect(await readAll(execId, 10_000)).toBe(lines(1, 1_000));
    await expect(engine.jobs.stop(box, execId, {}, call())).rejects.toMatchObject({ code: 'stale_handle' });
    await expect(
      engine.jobs.write(box, execId, { data: Buffer.from('x'), close: false }, call()),
    ).rejects.toMatchObject({ code: 'stale_handle' });
  });

  it('keeps a bounded number of commands that ended', async () => {
    for (let n = 0; n < 24; n += 1)
      await engine.exec.exec(box, { command: `exit ${n}`, background: true }, call());
    await eventually('the oldest are forgotten', async () => {
      await engine.exec.exec(box, { command: 'true', background: true }, call());
      const jobs = await engine.jobs.list(box, call());
      return jobs.length <= 22 && jobs.length >= 20;
    });
  });
});

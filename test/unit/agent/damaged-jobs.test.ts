/** Jobs whose files somebody damaged who is root in the sandbox: what is left is told, and nobody waits or is led elsewhere. */
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentConnection } from '../../../src/engine/agent/port.ts';
import { sendInput } from '../../../src/engine/jobs/control.ts';
import { launchJob, type Supervisor } from '../../../src/engine/jobs/launch.ts';
import { listJobs } from '../../../src/engine/jobs/list-jobs.ts';
import type { JobHost } from '../../../src/engine/jobs/program.ts';
import { readPart } from '../../../src/engine/jobs/read-log.ts';
import { type LocalAgent, startLocalAgent } from '../../support/local-agent.ts';

const { signal } = new AbortController();
const HEADER_BYTES = 32;
/** Far less than any wait of the programs, and far more than they need. */
const SOON_MS = 4_000;
const OUTPUT = '1\n2\n3\n4\n';
const FIRST = `log.${'0'.repeat(16)}`;

let base = '';
let local: LocalAgent;
let agent: AgentConnection;
/** With the sanitizers: what is read here is what a program reads that must not trust it. */
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'thaw-damaged-'));
  local = await startLocalAgent({ sanitize: true });
  agent = await local.connect();
}, 120_000);
afterAll(async () => {
  agent.close();
  await local.stop();
  rmSync(base, { recursive: true, force: true });
});
let count = 0;

const fifo = (path: string): void => {
  rmSync(path, { force: true });
  execFileSync('mkfifo', [path]);
};
const replace = (path: string, content: Buffer): void => {
  rmSync(path);
  writeFileSync(path, content);
};
const frame = (text: string): Buffer => {
  const header = Buffer.from([0x46, 1, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32LE(text.length, 4);
  return Buffer.concat([header, Buffer.from(text)]);
};
/** A whole segment with other words in it, outside of the job. */
function elsewhere(like: string): string {
  const path = join(base, `secret-${count}`);
  writeFileSync(path, Buffer.concat([readFileSync(like).subarray(0, HEADER_BYTES), frame('secret\n')]));
  return path;
}
const linkTo = (path: string, target: string): void => {
  rmSync(path);
  symlinkSync(target, path);
};

type Damage = (path: string, directory: string) => void;

/** What is done to the only segment, and what of the output is left. */
const logDamages: readonly (readonly [string, string, Damage])[] = [
  ['cut within a frame', '1\n2\n', (path) => truncateSync(path, HEADER_BYTES + 2 * 10 + 9)],
  ['cut within its header', '', (path) => truncateSync(path, 20)],
  ['emptied', '', (path) => truncateSync(path)],
  ['removed', '', (path) => rmSync(path)],
  ['overwritten', '', (path) => replace(path, Buffer.alloc(100_000, 0xff))],
  ['made huge', OUTPUT, (path) => truncateSync(path, 2 ** 40)],
  ['a link to a whole segment elsewhere', '', (path) => linkTo(path, elsewhere(path))],
  ['a link to itself', '', (path) => linkTo(path, path)],
  ['a pipe', '', fifo],
  [
    'a directory',
    '',
    (path) => {
      rmSync(path);
      mkdirSync(path);
    },
  ],
  [
    'followed by thousands of others',
    OUTPUT,
    (_, directory) => {
      for (let n = 9; n < 1_000; n += 1)
        writeFileSync(join(directory, `log.${n.toString(16).padStart(16, '0')}`), 'x');
    },
  ],
  [
    'followed by one beyond all numbers',
    OUTPUT,
    (path, directory) => writeFileSync(join(directory, `log.${'f'.repeat(16)}`), readFileSync(path)),
  ],
];

const stateDamages: readonly (readonly [string, Damage])[] = [
  ['cut', (path) => truncateSync(path, 10)],
  ['overwritten', (path) => replace(path, Buffer.alloc(10_000, 0xff))],
  ['removed', (path) => rmSync(path)],
  ['a link', (path) => linkTo(path, elsewhere(path))],
  ['a pipe', fifo],
];

const aboutDamages: readonly (readonly [string, Damage])[] = [
  ['overwritten', (path) => replace(path, Buffer.alloc(1_000_000, 0x7b))],
  ['a link', (path) => linkTo(path, elsewhere(path))],
  ['a pipe', fifo],
];

describe('damaged jobs', () => {
  const host = (): JobHost => ({ agent, program: local.program });
  const launch = async (
    command: string,
    directory = join(base, String(count++)),
    boundBytes = 1_000_000,
  ): Promise<{ directory: string; supervisor: Supervisor }> => {
    const spec = { directory, about: Buffer.from('about'), timeoutMs: null, boundBytes };
    const supervisor = await launchJob(host(), spec, { argv: ['/bin/sh', '-c', command], stdin: true });
    return { directory, supervisor };
  };
  const ended = async (directory?: string): Promise<string> => {
    const job = await launch('for i in 1 2 3 4; do echo $i; sleep 0.02; done; exit 3', directory);
    await job.supervisor.over;
    return job.directory;
  };
  const read = async (directory: string, waitMs = 0) => {
    const query = { directory, from: 0, maxBytes: 1_000_000, waitMs, until: 'end', streams: 'both' } as const;
    const part = await readPart(host(), query, signal);
    if (part === null) return null;
    return { ...part, text: Buffer.concat(part.chunks.map(({ data }) => data)).toString() };
  };
  const soon = async <T>(work: Promise<T>): Promise<T> => {
    const began = performance.now();
    const result = await work;
    expect(performance.now() - began).toBeLessThan(SOON_MS);
    return result;
  };

  it.each(logDamages)('are read as far as they go when the log is %s', async (_, text, damage) => {
    const directory = await ended();
    damage(join(directory, FIRST), directory);
    const droppedBytes = OUTPUT.length - text.length;
    expect(await soon(read(directory))).toMatchObject({
      text,
      droppedBytes,
      nextCursor: OUTPUT.length,
      state: { status: 'exited', value: 3, stdoutBytes: OUTPUT.length },
    });
    const [listed] = await soon(listJobs(host(), directory, signal));
    expect(listed?.state).toMatchObject({ status: 'exited', stdoutBytes: OUTPUT.length });
  });

  it('tell exactly what a lost segment in the middle held', async () => {
    const { directory, supervisor } = await launch(
      'for i in 1 2 3 4 5 6; do head -c 60000 /dev/zero | tr "\\0" $i; sleep 0.02; done',
    );
    await supervisor.over;
    const names = execFileSync('ls', [directory])
      .toString()
      .split('\n')
      .filter((name) => name.startsWith('log.'));
    expect(names.length).toBeGreaterThan(2);
    const [, second = '', third = ''] = names;
    const [from, to] = [second, third].map((name) => Number.parseInt(name.slice(4), 16));
    rmSync(join(directory, second));
    const result = await soon(read(directory));
    const whole = [1, 2, 3, 4, 5, 6].map((digit) => String(digit).repeat(60_000)).join('');
    expect(result?.text).toBe(whole.slice(0, from) + whole.slice(to));
    expect(result).toMatchObject({ droppedBytes: (to ?? 0) - (from ?? 0), nextCursor: whole.length });
  });

  it.each(stateDamages)('are lost, with their output, when the state is %s', async (_, damage) => {
    const parent = join(base, `all-${count++}`);
    const whole = await ended(join(parent, 'whole'));
    const directory = await ended(join(parent, 'damaged'));
    damage(join(directory, 'state'), directory);
    expect(await soon(read(directory))).toMatchObject({
      text: OUTPUT,
      droppedBytes: 0,
      state: { status: 'lost', stdoutBytes: OUTPUT.length },
    });
    const listed = await soon(listJobs(host(), parent, signal));
    expect(Object.fromEntries(listed.map(({ name, state }) => [name, state.status]))).toEqual({
      damaged: 'lost',
      whole: 'exited',
    });
    expect(await read(whole)).toMatchObject({ text: OUTPUT });
  });

  it.each(aboutDamages)(
    'keep no other from being listed when what is said of them is %s',
    async (_, damage) => {
      const parent = join(base, `all-${count++}`);
      await ended(join(parent, 'whole'));
      const directory = await ended(join(parent, 'damaged'));
      damage(join(directory, 'about'), directory);
      const listed = await soon(listJobs(host(), parent, signal));
      expect(listed.map(({ name }) => name)).toContain('whole');
      expect(listed.every(({ name, about }) => name === 'whole' || about === null)).toBe(true);
    },
  );

  it('are not there when a link has their name', async () => {
    const directory = await ended();
    renameSync(directory, `${directory}-moved`);
    symlinkSync(`${directory}-moved`, directory);
    expect(await soon(read(directory))).toBeNull();
    expect(await soon(listJobs(host(), directory, signal))).toEqual([]);
  });

  it('end although a pipe stands where the supervisor writes', async () => {
    const { directory, supervisor } = await launch('read x; echo "got $x"; exit 5');
    for (const name of ['state.new', 'log.new', FIRST]) fifo(join(directory, name));
    await sendInput(host(), directory, { data: Buffer.from('it\n'), close: true }, signal);
    await supervisor.over;
    expect(await soon(read(directory))).toMatchObject({
      text: 'got it\n',
      state: { status: 'exited', value: 5 },
    });
  });

  it('go on without what was removed of their log, and tell so in the end', async () => {
    const { directory } = await launch('echo before; read x; echo after; exit 6');
    await expect.poll(async () => (await read(directory))?.text, { interval: 5 }).toBe('before\n');
    rmSync(join(directory, FIRST));
    expect(await soon(read(directory))).toMatchObject({
      text: '',
      droppedBytes: 0,
      state: { status: 'running' },
    });
    await sendInput(host(), directory, { data: Buffer.from('\n'), close: true }, signal);
    expect(await read(directory, 10_000)).toMatchObject({
      text: '',
      droppedBytes: 13,
      nextCursor: 13,
      state: { status: 'exited', value: 6 },
    });
  });

  it('are lost to who asks while their supervisor is stopped, which holds up no list', async () => {
    const parent = join(base, `all-${count++}`);
    await ended(join(parent, 'whole'));
    const { directory, supervisor } = await launch('sleep 876', join(parent, 'stopped'));
    const [
      {
        state: { pid },
      } = { state: { pid: 0 } },
    ] = await listJobs(host(), directory, signal);
    const [supervising = ''] = execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)])
      .toString()
      .trim()
      .split('\n');
    process.kill(Number(supervising), 'SIGSTOP');
    const listed = await listJobs(host(), parent, signal);
    expect(Object.fromEntries(listed.map(({ name, state }) => [name, state.status]))).toEqual({
      stopped: 'lost',
      whole: 'exited',
    });
    process.kill(Number(supervising), 'SIGCONT');
    expect((await listJobs(host(), directory, signal))[0]?.state.status).toBe('running');
    process.kill(-pid, 'SIGKILL');
    await supervisor.over;
  });
});

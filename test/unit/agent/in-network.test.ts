/** The program that runs another in the network of a container: how it ends, and that nothing is left of it. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGuest } from '../../../src/guest/build.mjs';
import { eventually } from './describe-agent.ts';

const run = promisify(execFile);
const outDir = join(import.meta.dirname, '..', '..', '..', 'dist', 'guest');
/** A hierarchy in which any name makes a cgroup: of cgroup v2, or of a controller that asks for nothing. */
const hierarchy = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup/pids', '/sys/fs/cgroup'].find((path) =>
  existsSync(join(path, 'cgroup.procs')),
);
/** As nft does: a socket to netfilter, open for a while, in the descriptor that is the first to be free. */
const WITH_SOCKET = `
import os, socket, sys, time
held = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
assert held.fileno() == 3, held.fileno()
print(os.getpid(), os.readlink('/proc/self/ns/net'), sys.stdin.read(), flush=True)
time.sleep(0.05)
print('said', file=sys.stderr)
`;

let program = '';
let place: ChildProcess;
let id = '';

async function inNetwork(
  command: readonly string[],
  input = '',
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(program, ['in-network', String(place.pid), id, ...command], { stdio: 'pipe' });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code]: (number | null)[] = await once(child, 'close');
  return { code: code ?? null, stdout, stderr };
}

/** Processes of this program on the machine. */
async function left(): Promise<number> {
  const { stdout } = await run('ps', ['-eo', 'args']);
  return stdout.split('\n').filter((line) => line.includes(`in-network ${place.pid} ${id}`)).length;
}

describe('in-network', () => {
  beforeAll(async () => {
    program = (await buildGuest({ outDir })).path;
    id = randomBytes(32).toString('hex');
    place = spawn('unshare', ['-n', 'sleep', '1000'], { stdio: 'ignore' });
    const link = async (of: number | string) => (await run('readlink', [`/proc/${of}/ns/net`])).stdout;
    await eventually(async () => (await link(place.pid ?? 0)) !== (await link('self')));
    const cgroup = join(hierarchy ?? '', id);
    await mkdir(cgroup);
    await writeFile(join(cgroup, 'cgroup.procs'), String(place.pid));
  }, 120_000);

  afterAll(async () => {
    const ended = once(place, 'exit');
    place.kill('SIGKILL');
    await ended;
    await eventually(() =>
      rmdir(join(hierarchy ?? '', id)).then(
        () => true,
        () => false,
      ),
    );
  });

  it('runs it there, with its input, and ends as it does', async () => {
    const { code, stdout, stderr } = await inNetwork(
      ['/usr/bin/python3', '-c', `${WITH_SOCKET}\nsys.exit(7)`],
      'input',
    );
    const theirs = (await run('readlink', [`/proc/${place.pid}/ns/net`])).stdout.trim();
    expect([code, stdout.trim().split(' ').slice(1), stderr]).toEqual([7, [theirs, 'input'], 'said\n']);
    await eventually(async () => (await left()) === 0);
  });

  it.each([
    ['exit 0', 0],
    ['exit 3', 3],
    ['kill -9 $$', 126],
  ] as const)('ends as %s, which has no socket', async (script, code) => {
    expect((await inNetwork(['/bin/sh', '-c', script])).code).toBe(code);
    expect(await left()).toBe(0);
  });

  it('says that there is no such program', async () => {
    const { code, stderr } = await inNetwork(['/nowhere/nft']);
    expect([code, stderr]).toEqual([66, expect.stringContaining('/nowhere/nft')]);
  });

  it('takes it along when it is killed', async () => {
    const words = [
      'in-network',
      String(place.pid),
      id,
      '/usr/bin/python3',
      '-c',
      `${WITH_SOCKET}\ntime.sleep(1000)`,
    ];
    const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'ignore'] });
    const ended = once(child, 'close');
    child.stdin.end();
    const [line] = await once(child.stdout, 'data');
    const pid = Number.parseInt(String(line), 10);
    expect(readFileSync(`/proc/${pid}/comm`, 'utf8')).toMatch(/^python/);
    child.kill('SIGKILL');
    await ended;
    await eventually(() => !existsSync(`/proc/${pid}`));
  });
});

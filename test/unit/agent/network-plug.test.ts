/** The program that attaches a container to a bridge, in network namespaces of the test's own: where it works, and what it refuses. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
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
const BRIDGE = 'plugbridge';
const GATEWAY = ['10.99.0.1/28', 'fd99::1/64'];
const USAGE = 64;
const GONE = 65;
const NO_BRIDGE = 67;
const FULL = 68;

interface Place {
  readonly pid: number;
  readonly container: string;
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const started: ChildProcess[] = [];
const cgroups: string[] = [];
let program = '';
/** The namespace that stands for the host's. */
let host = 0;

async function startIn(command: readonly string[]): Promise<number> {
  const [name = '', ...args] = command;
  const child = spawn(name, args, { stdio: 'ignore' });
  started.push(child);
  const pid = child.pid ?? 0;
  const link = async (of: number | 'self') => (await run('readlink', [`/proc/${of}/ns/net`])).stdout;
  await eventually(async () => (await link(pid)) !== (await link('self')));
  return pid;
}

/** A process in a network of its own, in the cgroup of a container that there is not. */
async function container(): Promise<Place> {
  const id = randomBytes(32).toString('hex');
  const pid = await startIn(['unshare', '-n', 'sleep', '1000']);
  const path = join(hierarchy ?? '', id);
  await mkdir(path);
  cgroups.push(path);
  await writeFile(join(path, 'cgroup.procs'), String(pid));
  return { pid, container: id };
}

const enter = (pid: number, command: readonly string[]) =>
  run('nsenter', ['-t', String(pid), '-n', ...command]);

async function plug(args: readonly (string | number)[]): Promise<Ended> {
  try {
    return { code: 0, ...(await enter(host, [program, 'network-plug', ...args.map(String)])) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'stderr' in error)
      return { code: Number(error.code), stdout: '', stderr: String(error.stderr) };
    throw error;
  }
}

const plugIn = ({ pid, container: id }: Place, bridge = BRIDGE, gateways: readonly string[] = GATEWAY) =>
  plug([pid, id, bridge, 'plugport', ...gateways]);

const inside = async (place: Place, command: string): Promise<string> =>
  (await enter(place.pid, ['sh', '-c', command])).stdout;

describe('network-plug', () => {
  beforeAll(async () => {
    program = (await buildGuest({ outDir })).path;
    host = await startIn(['unshare', '-n', 'sleep', '1000']);
    await enter(host, ['ip', 'link', 'add', BRIDGE, 'type', 'bridge']);
    for (const address of GATEWAY) await enter(host, ['ip', 'address', 'add', address, 'dev', BRIDGE]);
    await enter(host, ['ip', 'link', 'set', BRIDGE, 'mtu', '1400', 'up']);
  }, 120_000);

  afterAll(async () => {
    await Promise.all(
      started.map(async (child) => {
        const gone = new Promise((resolve) => child.once('exit', resolve));
        if (child.kill('SIGKILL')) await gone;
      }),
    );
    for (const path of cgroups)
      await eventually(() =>
        rmdir(path).then(
          () => true,
          () => false,
        ),
      );
  });

  it('gives addresses, routes and a port, once', async () => {
    const place = await container();
    const { code, stdout } = await plugIn(place);
    expect(code).toBe(0);
    const address = stdout.trim();
    // The upper half: what is below belongs to Docker.
    expect(address).toMatch(/^10\.99\.0\.(8|9|1[0-4])$/);
    const facts = await inside(place, 'ip -o address; ip route; ip -6 route; ip link show eth0');
    expect(facts).toMatch(new RegExp(`eth0\\s+inet ${address}/28 brd 10.99.0.15`));
    expect(facts).toMatch(new RegExp(`eth0\\s+inet6 fd99::${Number(address.split('.')[3]).toString(16)}/64`));
    expect(facts).toContain('default via 10.99.0.1 dev eth0');
    expect(facts).toContain('default via fd99::1 dev eth0');
    expect(facts).toMatch(/lo\s+inet 127\.0\.0\.1/);
    expect(facts).toContain('mtu 1400');
    expect(facts).toMatch(/link\/ether 02:42:0a:63:00:0[8-9a-e]/);
    expect(await plugIn(place)).toMatchObject({ code: 0, stdout });
    expect(
      (await enter(host, ['ip', '-o', 'link', 'show', 'master', BRIDGE])).stdout.trim().split('\n'),
    ).toHaveLength(1);
  });

  it('attaches to a bridge that was made anew, and does without IPv6', async () => {
    const place = await container();
    const bridge = 'plugother';
    const make = async () => {
      await enter(host, ['ip', 'link', 'add', bridge, 'type', 'bridge']);
      await enter(host, ['ip', 'link', 'set', bridge, 'up']);
    };
    const ports = async () =>
      (await enter(host, ['ip', '-o', 'link', 'show', 'master', bridge])).stdout.trim();
    await make();
    const gateway = ['10.98.0.1/20'];
    const first = await plugIn(place, bridge, gateway);
    expect(first.stdout).toMatch(/^10\.98\.(8|9|1[0-5])\.\d+\n$/);
    await enter(host, ['ip', 'link', 'del', bridge]);
    await make();
    expect(await ports()).toBe('');
    expect(await plugIn(place, bridge, gateway)).toEqual(first);
    expect(await ports()).toContain('plugport.');
  });

  it('gives every address once, and says when there is none left', async () => {
    const before = (await enter(host, ['ip', '-o', 'link', 'show', 'master', BRIDGE])).stdout
      .trim()
      .split('\n').length;
    const places = await Promise.all(Array.from({ length: 7 - before }, container));
    const given = await Promise.all(places.map((place) => plugIn(place)));
    expect(new Set(given.map(({ stdout }) => stdout)).size).toBe(places.length);
    const late = await container();
    expect(await plugIn(late)).toMatchObject({
      code: FULL,
      stderr: expect.stringContaining('no address left'),
    });
    // An address goes with whoever had it.
    process.kill(places[0]?.pid ?? 0, 'SIGKILL');
    await eventually(async () => (await plugIn(late)).code === 0);
    expect((await plugIn(late)).stdout).toBe(given[0]?.stdout);
  });

  it('refuses whoever it does not know, and leaves nothing', async () => {
    const place = await container();
    const own = { pid: process.pid, container: place.container };
    expect(await plugIn({ ...place, container: 'f'.repeat(64) })).toMatchObject({ code: GONE });
    expect(await plugIn(own)).toMatchObject({ code: GONE });
    expect(await plugIn({ ...place, pid: 2 ** 22 + 1 })).toMatchObject({ code: GONE });
    expect(await plug([host, place.container, BRIDGE, 'plugport', ...GATEWAY])).toMatchObject({ code: GONE });
    expect(await plugIn(place, 'nowhere')).toMatchObject({
      code: NO_BRIDGE,
      stderr: expect.stringContaining('nowhere'),
    });
    const wrong: readonly (readonly (string | number)[])[] = [
      [place.pid],
      ['x', place.container, BRIDGE, 'plugport', ...GATEWAY],
      [place.pid, 'short', BRIDGE, 'plugport', ...GATEWAY],
      [place.pid, place.container, BRIDGE, 'longerthanten', ...GATEWAY],
      [place.pid, place.container, BRIDGE, 'plugport', '10.99.0.1'],
      [place.pid, place.container, BRIDGE, 'plugport', '10.99.0.1/8'],
      [place.pid, place.container, BRIDGE, 'plugport', '10.99.0.1/30'],
      [place.pid, place.container, BRIDGE, 'plugport', '10.99.0.1/28', '10.99.0.1/28'],
      [place.pid, place.container, BRIDGE, 'plugport', `${'1'.repeat(200)}/28`],
    ];
    for (const args of wrong) expect([args, (await plug(args)).code]).toEqual([args, USAGE]);
    expect(await inside(place, 'ip -o link')).not.toContain('eth0');
  });
});

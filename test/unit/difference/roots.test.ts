/** Several roots, full disks, mount points, and trees as deep as the bound. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeTree, type Operation, runProgram, scriptOf, useWorkbench } from './difference-tool.ts';
import { directory, file, header, records, stream } from './tar.ts';

const bench = useWorkbench();
let base = '';
const at = (...names: readonly string[]): string => join(base, ...names);

beforeEach(async () => {
  base = await mkdtemp(join(bench.dir, 'roots-'));
  for (const name of ['upper', 'one', 'two', 'three']) await mkdir(at(name));
});
afterEach(async () => await rm(base, { recursive: true, force: true }));

async function fill(dir: string, operations: readonly Operation[]): Promise<void> {
  const { code, stderr } = await runProgram(bench.tool, ['ops', dir], scriptOf(operations));
  expect(code, stderr).toBe(0);
}
const dump = async (dir: string): Promise<string> => await describeTree(bench, dir);

/** A process in a mount namespace of its own where `script` ran; ends with the returned function. */
async function inNamespace(script: string): Promise<{ pid: number; end: () => Promise<void> }> {
  const child = spawn('unshare', ['--mount', 'sh', '-ec', `${script}\necho ready; read line`], {
    stdio: 'pipe',
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [first]: Buffer[] = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => []),
  ]);
  expect(first?.toString(), stderr).toBe('ready\n');
  return {
    pid: child.pid ?? 0,
    async end() {
      const ended = once(child, 'exit');
      child.stdin.end('\n');
      await ended;
    },
  };
}

it('writes one read into several roots, and one that is full spoils no other', async () => {
  await fill(at('upper'), [
    ['mkdir', 'd'],
    ['write', 'd/large', 3_000_000, 1],
    ['write', 'd/small', 10, 2],
    ['mkdir', 'e'],
  ]);
  const space = await inNamespace(`mount -t tmpfs -o size=1m tmpfs ${at('two')}`);
  try {
    const { stdout } = await runProgram(bench.agent, ['diff-write', at('upper')]);
    const full = `/proc/${space.pid}/root${at('two')}`;
    const { code, stderr } = await runProgram(
      bench.sanitized,
      ['diff-apply', at('one'), full, at('three')],
      stdout,
    );
    expect(stderr).toBe(
      [
        'root=0 done entries=5 bytes=3000010 kept=0',
        'root=1 failed errno=ENOSPC step=write path=d/large',
        'root=2 done entries=5 bytes=3000010 kept=0',
        '',
      ].join('\n'),
    );
    expect(code).toBe(4);
    expect(await dump(at('one'))).toBe(await dump(at('upper')));
    expect(await dump(at('three'))).toBe(await dump(at('upper')));
  } finally {
    await space.end();
  }
});

it('copies from an upper directory to roots in one command, and tells whose fault a failure is', async () => {
  await fill(at('upper'), [['write', 'x', 100, 1]]);
  const good = await runProgram(bench.agent, ['diff-copy', at('upper'), at('one'), at('two')]);
  expect(good.stderr.split('\n').sort()).toEqual([
    '',
    'done entries=2 bytes=100 sockets=0 changed=0',
    'root=0 done entries=2 bytes=100 kept=0',
    'root=1 done entries=2 bytes=100 kept=0',
  ]);
  expect(good.code).toBe(0);
  expect(await dump(at('two'))).toBe(await dump(at('upper')));
  expect((await runProgram(bench.agent, ['diff-copy', at('upper'), at('nowhere')])).code).toBe(4);
  await fill(at('upper'), [['xattr', 'x', 'trusted.overlay.metacopy', '']]);
  expect((await runProgram(bench.agent, ['diff-copy', at('upper'), at('three')])).code).toBe(5);
});

it.each(['release', 'sanitized'] as const)('touches no mount point of a container (%s)', async (build) => {
  const root = at('one');
  await fill(root, [
    ['mkdir', 'etc'],
    ['write', 'etc/hosts', 1, 1],
    ['mkdir', 'proc'],
    ['mkdir', 'replaced'],
    ['mkdir', 'replaced/deep'],
    ['write', 'replaced/gone', 1, 1],
    ['write', 'volume', 1, 1],
  ]);
  await writeFile(at('hosts'), 'of the container\n');
  const space = await inNamespace(
    [
      `mount --bind ${at('hosts')} ${root}/etc/hosts`,
      `mount --bind ${at('hosts')} ${root}/volume`,
      `mount -t tmpfs tmpfs ${root}/proc`,
      `mount -t tmpfs tmpfs ${root}/replaced/deep`,
      `echo kept > ${root}/proc/trigger`,
    ].join('\n'),
  );
  try {
    const input = stream(
      [
        Buffer.concat([records({ 'THAW.opaque': '1' }), directory('etc/')]),
        file('etc/hosts', 'of the stream'),
        header({ name: 'link', type: '1', link: 'volume' }),
        directory('proc/'),
        file('proc/trigger', 'c'),
        directory('proc/new/'),
        file('proc/new/x', 'c'),
        file('replaced', 'a file'),
        header({ name: 'volume', type: '3' }),
      ],
      21,
    );
    const agent = build === 'release' ? bench.agent : bench.sanitized;
    const seen = `/proc/${space.pid}/root${root}`;
    const { code, stderr } = await runProgram(agent, ['diff-apply', seen], input);
    expect(stderr).toBe('root=0 done entries=10 bytes=21 kept=6\n');
    expect(code).toBe(0);
    expect(await readFile(`${seen}/etc/hosts`, 'utf8')).toBe('of the container\n');
    expect(await readFile(`${seen}/volume`, 'utf8')).toBe('of the container\n');
    expect(await readFile(`${seen}/proc/trigger`, 'utf8')).toBe('kept\n');
    expect(await readdir(`${seen}/proc`)).toEqual(['trigger']);
    expect(await readdir(`${seen}/replaced`)).toEqual(['deep']);
    const mounts = await readFile(`/proc/${space.pid}/mounts`, 'utf8');
    expect(mounts.split('\n').filter((line) => line.includes(root))).toHaveLength(4);
  } finally {
    await space.end();
  }
});

it('refuses a tree beyond the depth with code 5, and keeps one within it', { timeout: 60_000 }, async () => {
  // On file systems that vanish with their namespace: paths this long are not removed by ordinary means.
  const space = await inNamespace(
    ['upper', 'one'].map((name) => `mount -t tmpfs tmpfs ${at(name)}`).join('\n'),
  );
  const inside = (name: string): string => `/proc/${space.pid}/root${at(name)}`;
  try {
    await fill(inside('upper'), [['deep', 'd', 2000]]);
    const kept = await runProgram(bench.sanitized, ['diff-copy', inside('upper'), inside('one')]);
    expect(kept.code, kept.stderr).toBe(0);
    const [copied, original] = [await dump(inside('one')), await dump(inside('upper'))];
    expect(original.split('\n')).toHaveLength(2003);
    // Megabytes of text: a failure need not print them.
    expect(copied === original).toBe(true);
    const again = await runProgram(
      bench.sanitized,
      ['diff-apply', inside('one')],
      stream([header({ name: 'd', type: '3' })]),
    );
    expect(again.code, again.stderr).toBe(0);
    expect(await readdir(inside('one'))).toEqual([]);
    await fill(inside('upper'), [['deep', 'd', 2100]]);
    const { code, stderr } = await runProgram(bench.sanitized, ['diff-write', inside('upper')]);
    expect(stderr).toMatch(/^unsupported: [^\n]+\n$/);
    expect(code).toBe(5);
  } finally {
    await space.end();
  }
});

/** Directory trees, and file systems that are full, read-only or mounted over. */
import { execFileSync } from 'node:child_process';
import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ErrorCode } from '../../../src/errors.ts';
import { describeAgent, shell } from './describe-agent.ts';

describeAgent('file trees', (subject) => {
  const agent = () => subject().agent;
  const nobody = { user: 'nobody' };
  let dir = '';
  const at = (...names: string[]): string => join(dir, ...names);

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'agent-files-'));
    await chmod(dir, 0o755);
  });
  afterEach(async () => await rm(dir, { recursive: true, force: true }));

  const refused = async (work: Promise<unknown>, code: ErrorCode): Promise<void> =>
    await expect(work).rejects.toMatchObject({ code });
  it('lists in name order, depth first, without following links', async () => {
    for (const name of ['b/2', 'b/1/x', 'a', 'c', 'b/10']) {
      await mkdir(at(name, '..'), { recursive: true });
      await writeFile(at(name), '');
    }
    await symlink(at('b'), at('z'));
    const all = await agent().list(dir, { depth: 9, maxEntries: 100 });
    expect(all).toMatchObject({ truncated: false, resolvedPath: dir });
    expect(all.entries.map((entry) => `${entry.type[0]} ${entry.path}`)).toEqual([
      'f a',
      'd b',
      'd b/1',
      'f b/1/x',
      'f b/10',
      'f b/2',
      'f c',
      's z',
    ]);
    const flat = await agent().list(dir, { depth: 1, maxEntries: 100 });
    expect(flat.entries.map((entry) => entry.path)).toEqual(['a', 'b', 'c', 'z']);
    for (const maxEntries of [0, 1, 3, 7, 8]) {
      const part = await agent().list(dir, { depth: 9, maxEntries });
      expect(part.truncated).toBe(maxEntries < 8);
      expect(part.entries).toEqual(all.entries.slice(0, maxEntries));
    }
  });

  it('keeps the first names of a directory that is too large', async () => {
    await Promise.all(
      Array.from({ length: 500 }, async (_, index) => await writeFile(at(`${(index * 7) % 500}`), '')),
    );
    const sorted = (await readdir(dir)).sort();
    const { entries, truncated } = await agent().list(dir, { depth: 2, maxEntries: 123 });
    expect(truncated).toBe(true);
    expect(entries.map((entry) => entry.path)).toEqual(sorted.slice(0, 123));
  });

  it('passes over directories that it may not read, and names of any bytes', async () => {
    await mkdir(at('closed'), { mode: 0o700 });
    await writeFile(at('closed', 'x'), '');
    await writeFile(Buffer.from(`${dir}/\xff\n`, 'latin1'), '');
    const { entries } = await agent().list(dir, { depth: 3, maxEntries: 10 }, nobody);
    expect(entries.map((entry) => entry.path)).toEqual(['closed', '\ufffd\n']);
  });

  it('makes, moves and removes', async () => {
    await agent().makeDirectory(at('p', 'q'), { parents: true, mode: 0o700 });
    await agent().makeDirectory(at('p', 'q'), { parents: true });
    expect((await stat(at('p', 'q'))).mode & 0o777).toBe(0o700);
    await agent().writeFile(at('p', 'q', 'f'), Buffer.from('1'), {});
    await agent().move(at('p', 'q', 'f'), at('g'), { overwrite: false });
    await writeFile(at('h'), '2');
    await refused(agent().move(at('g'), at('h'), { overwrite: false }), 'file_exists');
    expect(await readFile(at('h'), 'utf8')).toBe('2');
    await agent().move(at('g'), at('h'), { overwrite: true });
    expect(await readFile(at('h'), 'utf8')).toBe('1');
    await refused(agent().move(at('none'), at('h'), { overwrite: true }), 'file_not_found');
    await symlink('/etc', at('p', 'etc'));
    await link(at('h'), at('p', 'h'));
    await agent().remove(at('p'), { recursive: true });
    await agent().remove(at('h'), { recursive: false });
    expect(await readdir(dir)).toEqual([]);
    expect(await readdir('/etc')).toContain('passwd');
    await refused(agent().remove(at('p'), { recursive: true }), 'file_not_found');
  });

  it('reports a full disk and leaves the old file and nothing else', async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', dir]);
    try {
      await agent().writeFile(at('f'), Buffer.from('old'), {});
      await agent().writeFile(at('log'), Buffer.from('line\n'), {});
      const big = Buffer.alloc(4_000_000);
      await refused(agent().writeFile(at('f'), big, {}), 'disk_full');
      await refused(agent().writeFile(at('log'), big, { append: true }), 'disk_full');
      await refused(agent().writeFile(at('new'), big, { append: true }), 'disk_full');
      expect(await readdir(dir)).toEqual(['f', 'log']);
      expect(await readFile(at('f'), 'utf8')).toBe('old');
      expect(await readFile(at('log'), 'utf8')).toBe('line\n');
      await refused(agent().move(at('f'), join(tmpdir(), 'elsewhere'), { overwrite: true }), 'unsupported');
    } finally {
      execFileSync('umount', [dir]);
    }
  });

  it('writes a file that is itself a mount in place', async () => {
    await writeFile(at('hosts'), 'a long first text');
    await writeFile(at('under'), '');
    execFileSync('mount', ['--bind', at('hosts'), at('under')]);
    try {
      await agent().writeFile(at('under'), Buffer.from('second'), {});
      expect(await readFile(at('hosts'), 'utf8')).toBe('second');
    } finally {
      execFileSync('umount', [at('under')]);
    }
    expect(await readdir(dir)).toEqual(['hosts', 'under']);
  });

  it('refuses a read-only file system', async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'none', dir]);
    try {
      await refused(agent().writeFile(at('f'), Buffer.from('x'), {}), 'permission_denied');
    } finally {
      execFileSync('umount', [dir]);
    }
  });

  it('stops when the caller gives up, and leaves nothing', async () => {
    const controller = new AbortController();
    const work = agent().writeFile(at('f'), Buffer.alloc(50_000_000), {}, { signal: controller.signal });
    await expect.poll(async () => (await readdir(dir)).length).toBeGreaterThan(0);
    controller.abort();
    await refused(work, 'cancelled');
    await expect.poll(async () => await readdir(dir)).toEqual([]);
    await refused(agent().stat(dir, { signal: controller.signal }), 'cancelled');
    const left = `pgrep -P ${subject().local.pid} thaw-agent | wc -l`;
    await expect.poll(async () => (await shell(agent(), left)).stdout.trim()).toBe('0');
  });
});

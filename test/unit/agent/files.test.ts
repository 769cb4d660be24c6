/** File operations, good and bad, as root and as another user. */
import { execFileSync } from 'node:child_process';
import {
  chmod,
  chown,
  link,
  lstat,
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

describeAgent('files', (subject) => {
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

  it('writes, reads back and tells the facts', async () => {
    const data = Buffer.from([0, 1, 2, 255, 10, 13]);
    const path = at('a', 'b', 'c.bin');
    expect(await agent().writeFile(path, data, {})).toEqual({
      created: true,
      sizeBytes: 6,
      resolvedPath: path,
    });
    const got = await agent().readFile(path, { maxBytes: 100 });
    expect(got.data).toEqual(data);
    expect(got.resolvedPath).toBe(path);
    const facts = await stat(path);
    const same = {
      type: 'file',
      sizeBytes: 6,
      mode: 0o644,
      uid: 0,
      gid: 0,
      modifiedMs: Math.floor(facts.mtimeMs),
    };
    expect(got.stat).toEqual(same);
    expect(await agent().stat(path)).toEqual(same);
    expect(await agent().stat(dir)).toMatchObject({ type: 'directory', mode: 0o755 });
    expect(await readdir(at('a', 'b'))).toEqual(['c.bin']);
  });

  it('moves 10 MB there and back', async () => {
    const data = Buffer.alloc(10 * 1024 * 1024, 'ten megabytes ');
    await agent().writeFile(at('big'), data, {});
    expect((await readFile(at('big'))).equals(data)).toBe(true);
    expect((await agent().readFile(at('big'), { maxBytes: data.length })).data.equals(data)).toBe(true);
    expect((await agent().readFile(at('big'), { maxBytes: 5, offset: 4 })).data.toString()).toBe('megab');
    expect((await agent().readFile(at('big'), { maxBytes: 5, offset: data.length })).data).toHaveLength(0);
    await agent().writeFile(at('big'), Buffer.alloc(0), {});
    expect((await stat(at('big'))).size).toBe(0);
  });

  it('sees relative paths from the home directory or from cwd, and cleans them', async () => {
    const written = await agent().writeFile('x/../y//./f', Buffer.from('1'), {}, { cwd: dir });
    expect(written.resolvedPath).toBe(at('y', 'f'));
    expect((await agent().list('.', { depth: 1, maxEntries: 10 }, { user: 'daemon' })).resolvedPath).toBe(
      '/usr/sbin',
    );
    expect((await agent().list('../../..', { depth: 1, maxEntries: 1 }, { cwd: dir })).resolvedPath).toBe(
      '/',
    );
  });

  it('keeps mode and owner of what it replaces unless a mode is given, and leaves nothing beside', async () => {
    await writeFile(at('f'), 'old');
    await chmod(at('f'), 0o640);
    await chown(at('f'), 1, 2);
    expect(await agent().writeFile(at('f'), Buffer.from('new'), {})).toMatchObject({ created: false });
    expect(await stat(at('f'))).toMatchObject({ mode: 0o100640, uid: 1, gid: 2, size: 3 });
    await agent().writeFile(at('f'), Buffer.from('newer'), { mode: 0o755 });
    expect(await stat(at('f'))).toMatchObject({ mode: 0o100755, uid: 1, gid: 2, size: 5 });
    expect(await readdir(dir)).toEqual(['f']);
  });

  it('appends', async () => {
    expect(await agent().writeFile(at('log'), Buffer.from('a\n'), { append: true })).toMatchObject({
      created: true,
    });
    const second = await agent().writeFile(at('log'), Buffer.from('b\n'), { append: true });
    expect(second).toMatchObject({ created: false, sizeBytes: 4 });
    expect(await readFile(at('log'), 'utf8')).toBe('a\nb\n');
  });

  it('follows a link at the target, and refuses one that leads in circles', async () => {
    await mkdir(at('real'));
    await writeFile(at('real', 'f'), 'old');
    await symlink('real/f', at('link'));
    await symlink(at('real', 'missing'), at('dangling'));
    await symlink('circle', at('circle'));
    await agent().writeFile(at('link'), Buffer.from('new'), {});
    expect(await readFile(at('real', 'f'), 'utf8')).toBe('new');
    expect((await lstat(at('link'))).isSymbolicLink()).toBe(true);
    expect(await agent().writeFile(at('dangling'), Buffer.from('x'), {})).toMatchObject({ created: true });
    expect(await readFile(at('real', 'missing'), 'utf8')).toBe('x');
    await refused(agent().writeFile(at('circle'), Buffer.from('x'), {}), 'invalid_argument');
    await refused(agent().readFile(at('circle'), { maxBytes: 1 }), 'invalid_argument');
  });

  it('acts with the rights of the user, no more and no less', async () => {
    await writeFile(at('secret'), 'x', { mode: 0o600 });
    await refused(agent().readFile(at('secret'), { maxBytes: 1 }, nobody), 'permission_denied');
    await refused(agent().writeFile(at('new'), Buffer.from('x'), {}, nobody), 'permission_denied');
    await refused(agent().writeFile(at('a', 'b'), Buffer.from('x'), {}, nobody), 'permission_denied');
    await refused(agent().remove(at('secret'), { recursive: true }, nobody), 'permission_denied');
    await mkdir(at('own'));
    await chown(at('own'), 65534, 65534);
    await agent().writeFile(at('own', 'deep', 'f'), Buffer.from('x'), {}, nobody);
    expect(await stat(at('own', 'deep', 'f'))).toMatchObject({ uid: 65534 });
    expect(await stat(at('own', 'deep'))).toMatchObject({ uid: 65534 });
    // The directory is theirs and the file is not: its own permission counts.
    await writeFile(at('own', 'foreign'), 'x', { mode: 0o644 });
    await refused(agent().writeFile(at('own', 'foreign'), Buffer.from('y'), {}, nobody), 'permission_denied');
    // The file is theirs and the directory is not: it is written in place.
    await writeFile(at('shared'), 'long old text');
    await chown(at('shared'), 65534, 65534);
    await agent().writeFile(at('shared'), Buffer.from('mine'), {}, nobody);
    expect(await readFile(at('shared'), 'utf8')).toBe('mine');
    await refused(agent().stat(at('f'), { user: 'ghost' }), 'invalid_argument');
  });

  it('tells what is in the way', async () => {
    await writeFile(at('f'), 'x');
    await mkdir(at('d'));
    execFileSync('mkfifo', [at('pipe')]);
    const data = Buffer.from('x');
    await refused(agent().stat(at('missing')), 'file_not_found');
    await refused(agent().readFile(at('missing'), { maxBytes: 1 }), 'file_not_found');
    await refused(agent().readFile(at('d'), { maxBytes: 1 }), 'is_a_directory');
    await refused(agent().readFile(at('pipe'), { maxBytes: 1 }), 'not_a_file');
    await refused(agent().readFile('/dev/zero', { maxBytes: 1 }), 'not_a_file');
    await refused(agent().readFile(at('f', 'g'), { maxBytes: 1 }), 'not_a_directory');
    await refused(agent().writeFile(at('d'), data, {}), 'is_a_directory');
    await refused(agent().writeFile(at('pipe'), data, {}), 'not_a_file');
    await refused(agent().writeFile(at('f', 'g'), data, {}), 'not_a_directory');
    await refused(agent().writeFile(at('n'.repeat(300)), data, {}), 'invalid_argument');
    await refused(agent().writeFile(`/${'n/'.repeat(3000)}`, data, {}), 'invalid_argument');
    await refused(agent().writeFile(at('a\0b'), data, {}), 'invalid_argument');
    await refused(agent().list(at('f'), { depth: 1, maxEntries: 1 }), 'not_a_directory');
    await refused(agent().remove(at('d'), { recursive: false }), 'is_a_directory');
    await refused(agent().makeDirectory(at('d'), {}), 'file_exists');
    await refused(agent().makeDirectory(at('no', 'd'), {}), 'file_not_found');
    await refused(agent().makeDirectory(at('f'), { parents: true }), 'file_exists');
    await expect(agent().readFile(at('missing'), { maxBytes: 1 })).rejects.toThrow(at('missing'));
    expect(await readdir(dir)).toEqual(['d', 'f', 'pipe']);
  });

  it('reads files whose size the kernel does not tell', async () => {
    const { data, stat: facts } = await agent().readFile('/proc/self/status', { maxBytes: 100_000 });
    expect(facts.sizeBytes).toBe(0);
    expect(data.toString()).toContain('VmRSS');
  });

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

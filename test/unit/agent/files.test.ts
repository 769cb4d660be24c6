/** Contents of files, good and bad, as root and as another user. */
import { execFileSync } from 'node:child_process';
import {
  chmod,
  chown,
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
import { describeAgent } from './describe-agent.ts';

describeAgent('file contents', (subject) => {
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
});

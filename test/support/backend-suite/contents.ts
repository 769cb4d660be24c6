/** What runs in a sandbox and what is stored in it, on every backend. */
import { expect, it } from 'vitest';
import { ExecResult } from '../../../schemas/exec.ts';
import { call, type Suite } from './types.ts';

function describeExec({ backend, sandbox }: Suite): void {
  it('exec answers outputs and exit code', async () => {
    const command = 'echo out; echo err >&2; exit 3';
    const result = ExecResult.parse(await backend().exec.exec(sandbox(), { command }, call()));
    expect(result).toMatchObject({ status: 'exited', exitCode: 3, signal: null, truncated: false });
    // A server that cannot tell the outputs apart says so.
    const outputs = [result.stdout, result.stderr];
    expect(outputs).toEqual(result.outputMerged === true ? ['out\nerr\n', ''] : ['out\n', 'err\n']);
    expect(result.stdoutBytes + result.stderrBytes).toBe(8);
  });

  it('exec takes a name, an input and a bound of the output', async () => {
    const request = { command: 'cat', stdin: 'x'.repeat(1000), maxOutputBytes: 100 };
    const result = await backend().exec.exec('contract-box', request, call());
    expect(result).toMatchObject({ exitCode: 0, stdoutBytes: 1000, truncated: true });
    expect(result.stdout).toContain('900 bytes left out');
  });

  it('exec says why a command could not start', async () => {
    await expect(
      backend().exec.exec(sandbox(), { command: 'true', cwd: '/nowhere' }, call()),
    ).rejects.toMatchObject({ code: 'command_not_started', message: expect.stringContaining('/nowhere') });
  });

  it('exec ends a command at its limit', async () => {
    const result = await backend().exec.exec(sandbox(), { command: 'sleep 60', timeoutSeconds: 1 }, call());
    expect(result).toMatchObject({ status: 'timed_out', exitCode: null });
  });
}

function describeFiles({ backend, sandbox }: Suite): void {
  it('files are written, appended to, read by lines and listed', async () => {
    const { files } = backend();
    const path = '/home/daytona/notes/a.txt';
    expect(await files.write(sandbox(), { path, content: 'one\ntwo\nthree\n' }, call())).toEqual({
      path,
      sizeBytes: 14,
      created: true,
    });
    expect(await files.write(sandbox(), { path, content: 'four\n', append: true }, call())).toEqual({
      path,
      sizeBytes: 19,
      created: false,
    });
    expect(await files.read(sandbox(), { path: 'notes/a.txt', offset: 2, limit: 2 }, call())).toEqual({
      path,
      content: 'two\nthree\n',
      encoding: 'utf8',
      sizeBytes: 19,
      totalLines: 4,
      truncated: true,
    });
    const listing = await files.list(sandbox(), { path: '/home/daytona/notes' }, call());
    expect(listing).toMatchObject({
      path: '/home/daytona/notes',
      entries: [{ path: 'a.txt', type: 'file', sizeBytes: 19, mode: '0644' }],
      truncated: false,
    });
    await files.write(sandbox(), { path: '/home/daytona/notes/deep/b.txt', content: 'b' }, call());
    const deep = await files.list(sandbox(), { path: '/home/daytona/notes', depth: 2 }, call());
    expect(deep.entries.map((entry) => entry.path).sort()).toEqual(['a.txt', 'deep', 'deep/b.txt']);
  });

  it('files carry any bytes', async () => {
    const content = Buffer.from([0, 255, 13, 10, 200]).toString('base64');
    const path = '/home/daytona/bytes';
    await backend().files.write(sandbox(), { path, content, encoding: 'base64' }, call());
    expect(await backend().files.read(sandbox(), { path }, call())).toMatchObject({
      content,
      encoding: 'base64',
    });
  });

  it('files answer typed errors', async () => {
    const { files } = backend();
    await expect(files.read(sandbox(), { path: '/nope' }, call())).rejects.toMatchObject({
      code: 'file_not_found',
    });
    await expect(files.list(sandbox(), { path: '/nope' }, call())).rejects.toMatchObject({
      code: 'file_not_found',
    });
    await expect(
      files.write(sandbox(), { path: '/etc/passwd-of-suite', content: 'x' }, call()),
    ).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(
      files.write(sandbox(), { path: 'x', content: '***', encoding: 'base64' }, call()),
    ).rejects.toMatchObject({ code: 'invalid_argument' });
  });
}

function describeRepositories({ backend, sandbox }: Suite): void {
  it('git makes a repository, commits and branches', async () => {
    const { git, files } = backend();
    const path = '/home/daytona/repository';
    await git.init(sandbox(), { path, initialBranch: 'main' }, call());
    await files.write(sandbox(), { path: `${path}/a.txt`, content: 'a' }, call());
    await git.add(sandbox(), { path, files: ['a.txt'] }, call());
    expect((await git.status(sandbox(), path, call())).fileStatus).toMatchObject([
      { name: 'a.txt', staging: 'Added' },
    ]);
    const made = { path, message: 'First', author: 'A', email: 'a@example.com' };
    const { hash } = await git.commit(sandbox(), made, call());
    expect(await git.history(sandbox(), path, call())).toMatchObject([{ hash, author: 'A' }]);
    await git.createBranch(sandbox(), { path, name: 'side' }, call());
    expect([...(await git.branches(sandbox(), path, call())).branches].sort()).toEqual(['main', 'side']);
    await expect(git.status(sandbox(), '/home/daytona', call())).rejects.toMatchObject({
      code: 'git_repository_not_found',
    });
  });
}

function describeSearch({ backend, sandbox }: Suite): void {
  it('search finds files by name and lines by content', async () => {
    const { search, files } = backend();
    const path = '/home/daytona/searched';
    await files.write(sandbox(), { path: `${path}/one.md`, content: 'first\nsecond needle\n' }, call());
    await files.write(sandbox(), { path: `${path}/two.txt`, content: 'nothing\n' }, call());
    const names = await search.search(sandbox(), { path, name: '*.md' }, call());
    expect(names).toMatchObject({ root: path, matches: 1, truncated: false, files: [{ path: 'one.md' }] });
    const lines = await search.search(sandbox(), { path, content: 'needle' }, call());
    expect(lines.files).toMatchObject([
      { path: 'one.md', lines: [{ line: 2, text: 'second needle', match: true, column: 8 }] },
    ]);
  });
}

export function describeContents(suite: Suite): void {
  describeExec(suite);
  describeFiles(suite);
  describeSearch(suite);
  if (suite.lacks.git !== true) describeRepositories(suite);
}

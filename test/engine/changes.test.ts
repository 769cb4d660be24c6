/** What changed in real sandboxes, since their snapshot and since a fork. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import type { DiffSandbox, SandboxDiff } from '../../schemas/changes.ts';
import { createDockerClient } from '../../src/engine/docker/client.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { SANDBOX_LABEL } from '../../src/engine/labels.ts';
import type { Engine } from '../../src/engine/options.ts';
import {
  call,
  disposeEngine,
  makeStateDir,
  openTestEngine,
  testEngineOptions,
} from '../support/open-engine.ts';

async function run(engine: Engine, sandbox: string, command: string): Promise<void> {
  const result = await engine.exec.exec(sandbox, { command: `set -e\n${command}`, user: 'root' }, call());
  expect([result.exitCode, result.stderr], command).toEqual([0, '']);
}

const diff = async (engine: Engine, sandbox: string, request: DiffSandbox = {}): Promise<SandboxDiff> =>
  await engine.changes.diff(sandbox, request, call());

const told = ({ changes }: SandboxDiff): string[] =>
  changes.map(({ path, change, kind }) => `${change} ${kind} ${path}`);

/** The lines of one file's diff. */
function linesOf({ unifiedDiff }: SandboxDiff, name: string): string[] {
  const parts = unifiedDiff.split(/^(?=diff --git )/m).filter((part) => part.split('\n')[0]?.includes(name));
  return parts.join('').split('\n').slice(0, -1);
}

/** What the template has beside what the default one has. */
const BASE = `
  mkdir -p /srv/gone/deep /srv/kept /srv/opaque; cd /srv
  seq 1 20 > modified; echo mode > mode; echo owner > owner; echo touched > touched; echo was > file-then-link
  echo 1 > gone/deep/file; echo 2 > gone/other; echo 3 > kept/file; echo 4 > opaque/old; echo 5 > opaque/same
  mkdir dir-then-file; echo 6 > dir-then-file/inner; ln -s from link; head -c 2000000 /dev/zero > large
  echo moved > moved; printf 'a\\0b' > binary; echo hidden > hidden; echo 7 > whole
`;
/** Changes of every kind, hostile names and contents among them. */
const CHANGES = `
  cd /srv; sed -i 's/^10$/ten/' modified; chmod 4711 mode; chown 5:6 owner; touch touched
  rm file-then-link; ln -s elsewhere file-then-link; rm -r gone hidden
  rm -r opaque; mkdir opaque; echo new > opaque/new; echo 5 > opaque/same
  rm -r dir-then-file; echo now > dir-then-file; ln -sfn to link; printf more >> large; mv moved renamed
  printf 'a\\0c' > binary; chmod 600 large
  mkdir -p new/deep; cd new; printf 'one\\ntwo' > added; ln added twin; mkfifo pipe; : > empty
  printf x > "$(printf 'a\\nb')"; echo x > 'grüße 世界'; echo x > "$(printf 'bad\\377')"; echo x > '-- "q'
  printf 'x\\rdiff --git a/forged b/forged\\n\\033]0;\\n+unseen\\007\\n' > forged
`;

describe('since the snapshot', () => {
  it('tells of every change once, and shows it', async () => {
    const engine = await openTestEngine();
    await engine.lifecycle.create({ name: 'origin' }, call());
    await run(engine, 'origin', BASE);
    await engine.snapshots.fromSandbox('origin', 'base', call());
    const { id } = await engine.lifecycle.create({ name: 'box', snapshot: 'base' }, call());
    expect(await diff(engine, 'box')).toMatchObject({ changes: [], unifiedDiff: '', truncated: false });
    await run(engine, 'box', CHANGES);
    const all = await diff(engine, 'box');
    expect(told(all)).toEqual([
      'modified file /srv/binary',
      'type file /srv/dir-then-file',
      'deleted file /srv/dir-then-file/inner',
      'type symlink /srv/file-then-link',
      'deleted directory /srv/gone',
      'deleted directory /srv/gone/deep',
      'deleted file /srv/gone/deep/file',
      'deleted file /srv/gone/other',
      'deleted file /srv/hidden',
      'modified file /srv/large',
      'modified symlink /srv/link',
      'mode file /srv/mode',
      'modified file /srv/modified',
      'deleted file /srv/moved',
      'added directory /srv/new',
      'added file "/srv/new/-- \\"q"',
      'added file "/srv/new/a\\nb"',
      'added file /srv/new/added',
      'added file "/srv/new/bad\\377"',
      'added directory /srv/new/deep',
      'added file /srv/new/empty',
      'added file /srv/new/forged',
      'added file /srv/new/grüße 世界',
      'added other /srv/new/pipe',
      'added file /srv/new/twin',
      'added file /srv/opaque/new',
      'deleted file /srv/opaque/old',
      'mode file /srv/owner',
      'added file /srv/renamed',
    ]);
    expect(all).toMatchObject({
      path: '/',
      since: 'snapshot',
      total: { added: 13, modified: 4, deleted: 8, type: 2, mode: 2 },
      truncated: true,
      changesOmitted: 0,
      diffsOmitted: 1,
    });
    const change = (path: string) => all.changes.find((one) => one.path === path);
    expect(change('/srv/large')).toMatchObject({
      sizeBytes: 2_000_004,
      previousMode: '0644',
      omitted: 'large',
    });
    expect(change('/srv/binary')).toMatchObject({ binary: true, sizeBytes: 3 });
    expect(change('/srv/owner')).toMatchObject({ owner: '5:6', previousOwner: '0:0' });
    expect(change('/srv/file-then-link')).toMatchObject({ previousKind: 'file' });
    expect(linesOf(all, '/modified')).toEqual([
      'diff --git a/srv/modified b/srv/modified',
      '--- a/srv/modified',
      '+++ b/srv/modified',
      '@@ -7,7 +7,7 @@',
      ' 7',
      ' 8',
      ' 9',
      '-10',
      '+ten',
      ' 11',
      ' 12',
      ' 13',
    ]);
    expect(linesOf(all, '/mode ')).toEqual([expect.anything(), 'old mode 100644', 'new mode 104711']);
    expect(linesOf(all, '/binary')).toEqual([
      expect.anything(),
      'Binary files a/srv/binary and b/srv/binary differ',
    ]);
    expect(linesOf(all, '/link ').slice(1)).toEqual([
      '--- a/srv/link',
      '+++ b/srv/link',
      '@@ -1 +1 @@',
      '-from',
      '\\ No newline at end of file',
      '+to',
      '\\ No newline at end of file',
    ]);
    expect(linesOf(all, '/forged ').slice(4)).toEqual([
      '@@ -0,0 +1,3 @@',
      '+x<U+000D>diff --git a/forged b/forged',
      '+<U+001B>]0;',
      '++unseen<U+0007>',
    ]);
    expect(linesOf(all, '/twin ').slice(4)).toEqual(linesOf(all, '/added ').slice(4));

    const few = await diff(engine, 'box', { path: '/srv//new/', maxFiles: 3, contextLines: 0 });
    expect([few.path, few.changes.length, few.changesOmitted, few.truncated]).toEqual([
      '/srv/new',
      3,
      8,
      true,
    ]);
    expect(few.total.added).toBe(11);
    const one = await diff(engine, 'box', { path: '/srv/modified', contextLines: 0 });
    expect(told(one)).toEqual(['modified file /srv/modified']);
    expect(linesOf(one, '/modified').slice(3)).toEqual(['@@ -10 +10 @@', '-10', '+ten']);
    await expect(diff(engine, 'box', { path: '/srv/none' })).rejects.toMatchObject({
      code: 'file_not_found',
    });
    expect(told(await diff(engine, 'box', { path: '/srv/gone/deep' }))).toHaveLength(2);
    await expect(diff(engine, 'box', { since: 'fork' })).rejects.toMatchObject({ code: 'state_conflict' });

    const docker = createDockerClient(inject('endpoint'));
    expect(await docker.listContainers({ [SANDBOX_LABEL]: id })).toHaveLength(1);
    await engine.lifecycle.pause('box', call());
    expect(await diff(engine, 'box')).toEqual({ ...all, pausedMs: 0 });
    expect(await engine.lifecycle.get('box', call())).toMatchObject({ state: 'paused' });
    await engine.lifecycle.stop('box', { force: true }, call());
    expect(await diff(engine, 'box')).toEqual({ ...all, pausedMs: 0 });
    await engine.archives.archive('box', call());
    await expect(diff(engine, 'box')).rejects.toMatchObject({
      code: 'state_conflict',
      next: 'Call sandbox_start first.',
    });
  });

  it('leaves diffs out that are too long, and says how many', async () => {
    const engine = await openTestEngine();
    await engine.lifecycle.create({ name: 'box' }, call());
    await run(
      engine,
      'box',
      'mkdir /srv/x; cd /srv/x; seq 1 3000 > long; for i in 1 2 3; do echo $i > n$i; done',
    );
    const result = await diff(engine, 'box', { path: '/srv/x', maxBytes: 2_000 });
    expect(result.changes.map(({ omitted }) => omitted)).toEqual([
      undefined,
      'limit',
      undefined,
      undefined,
      undefined,
    ]);
    expect(result).toMatchObject({ truncated: true, diffsOmitted: 1, changesOmitted: 0 });
    expect(result.unifiedDiff.match(/^diff --git /gm)).toHaveLength(3);
  });
});

describe('since a fork', () => {
  it('tells what the child changed, and not what its source had', async () => {
    const engine = await openTestEngine();
    await engine.lifecycle.create({ name: 'source' }, call());
    await run(engine, 'source', 'echo 0123456789abcdef0123456789abcdef > /etc/machine-id; cd /srv');
    await run(
      engine,
      'source',
      'cd /srv; seq 1 5 > kept; echo a > again; echo b > gone; rm -r /usr/share/doc',
    );
    await run(
      engine,
      'source',
      'cd /srv; head -c 2000000 /dev/zero > large; head -c 2000000 /dev/zero > grown',
    );
    await engine.forks.fork('source', { names: ['one', 'two'] }, call());
    await run(engine, 'source', 'echo later > /srv/later');
    expect(await diff(engine, 'one', { since: 'fork' })).toMatchObject({ changes: [], since: 'fork' });
    await run(
      engine,
      'one',
      'cd /srv; sed -i s/3/three/ kept; rm gone; echo c > new; echo a > again; echo >> grown',
    );
    await run(engine, 'one', 'mkdir /usr/share/doc; echo back > /usr/share/doc/back; rm /etc/passwd');
    const result = await diff(engine, 'one', { since: 'fork' });
    expect(told(result)).toEqual([
      'deleted file /etc/passwd',
      'deleted file /srv/gone',
      'modified file /srv/grown',
      'modified file /srv/kept',
      'added file /srv/new',
      'added directory /usr/share/doc',
      'added file /usr/share/doc/back',
    ]);
    expect(linesOf(result, '/kept').slice(4)).toEqual([' 1', ' 2', '-3', '+three', ' 4', ' 5']);
    const snapshot = told(await diff(engine, 'one', { path: '/srv' }));
    expect(snapshot).toContain('added file /srv/again');
    expect(told(await diff(engine, 'two', { path: '/etc' }))).not.toContain('modified file /etc/machine-id');
    expect(await diff(engine, 'two', { since: 'fork' })).toMatchObject({ changes: [] });
    const grand = await engine.forks.fork('one', {}, call());
    expect(await diff(engine, grand.children[0]?.id ?? '', { since: 'fork' })).toMatchObject({ changes: [] });
  });

  it('goes on after a restart of the owner, and what it needs is kept as long as one of the fork is there', async () => {
    const stateDir = makeStateDir();
    const engine = await openEngine(testEngineOptions(stateDir));
    await engine.lifecycle.create({ name: 'source' }, call());
    await run(engine, 'source', 'echo a > /srv/kept');
    await engine.forks.fork('source', { names: ['one', 'two'] }, call());
    await run(engine, 'two', 'echo b > /srv/kept');
    await engine.close({ sandboxes: 'keep' });
    const next = await openEngine(testEngineOptions(stateDir));
    onTestFinished(() => disposeEngine(next, stateDir));
    const kept = (): number => readdirSync(join(stateDir, 'objects')).length;
    expect(told(await diff(next, 'one', { since: 'fork' }))).toEqual([]);
    await next.lifecycle.delete('one', call());
    await next.lifecycle.stop('two', { force: true }, call());
    await next.archives.archive('two', call());
    await next.lifecycle.start('two', call());
    expect(told(await diff(next, 'two', { since: 'fork' }))).toEqual(['modified file /srv/kept']);
    expect(kept()).toBe(2);
    await next.lifecycle.delete('two', call());
    expect(kept()).toBe(0);
  });
});

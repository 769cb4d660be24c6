/** Forks, backups, archives and snapshots of real sandboxes. */
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openEngine } from '../../src/engine/engine.ts';
import type { Engine } from '../../src/engine/options.ts';
import {
  call,
  disposeEngine,
  makeStateDir,
  openTestEngine,
  testEngineOptions,
} from '../support/open-engine.ts';

const run = async (engine: Engine, sandbox: string, command: string, user?: string): Promise<string> => {
  const result = await engine.exec.exec(
    sandbox,
    { command, ...(user === undefined ? {} : { user }) },
    call(),
  );
  expect(result.stderr, command).toBe('');
  return result.stdout;
};

/** Changes of every kind: new, deleted, replaced, linked, owned, with attributes. */
const CHANGES = `
  set -e
  mkdir -p /home/daytona/work/deep; cd /home/daytona/work
  echo one > a; ln a hard; ln -s a soft; mkfifo pipe; echo late > deep/b; touch -d 2001-02-03T04:05:06.789 deep/b
  chown 1000:1000 a; chmod 4750 a; setfattr -n user.note -v hi a 2>/dev/null || true
  rm -rf /usr/share/doc; mkdir /usr/share/doc; echo new > /usr/share/doc/only
  rm /etc/hostname.nothere 2>/dev/null || true; rm -f /etc/issue; echo changed > /etc/motd
`;
const DESCRIBE = `
  cd / && find home/daytona/work usr/share/doc etc/motd etc/issue -printf '%p %y %m %U:%G %T@ %s %l\\n' 2>/dev/null | sort
  stat -c '%h' /home/daytona/work/a; cat /home/daytona/work/deep/b /usr/share/doc/only /etc/motd
`;

describe('a fork', () => {
  it('has the files of its source, an identity of its own, and shares nothing that is written later', async () => {
    const engine = await openTestEngine({ pool: { target: 1, refillConcurrency: 1 } });
    const source = await engine.lifecycle.create(
      { name: 'source', env: { KEY: 'value' }, labels: { a: 'b' }, memory: 0.5 },
      call(),
    );
    await run(engine, 'source', CHANGES, 'root');
    await run(engine, 'source', 'echo 0123456789abcdef0123456789abcdef > /etc/machine-id', 'root');
    await run(engine, 'source', 'sleep 100000 >/dev/null 2>&1 & echo $! > /tmp/pid');
    const outcome = await engine.forks.fork('source', { count: 2, names: ['one'] }, call());
    expect(outcome.children.map(({ error }) => error)).toEqual([null, null]);
    expect(outcome).toMatchObject({ envCopied: ['KEY'] });
    expect(outcome.pausedMs).toBeGreaterThan(0);
    const [one, two] = outcome.children.map(({ id }) => id ?? '');
    const described = await run(engine, 'source', DESCRIBE, 'root');
    for (const child of [one, two]) {
      expect(await run(engine, child ?? '', DESCRIBE, 'root')).toBe(described);
      expect(await engine.lifecycle.get(child ?? '', call())).toMatchObject({
        state: 'started',
        labels: { a: 'b' },
        memory: 0.5,
      });
    }
    const identity = 'hostname; cat /etc/machine-id; echo $KEY';
    const identities = await Promise.all(
      ['source', one, two].map((name) => run(engine, name ?? '', identity)),
    );
    expect(new Set(identities.map((text) => text.split('\n')[0])).size).toBe(3);
    expect(new Set(identities.map((text) => text.split('\n')[1])).size).toBe(3);
    expect(identities.every((text) => text.split('\n')[2] === 'value')).toBe(true);

    await run(engine, 'one', 'echo mine > /home/daytona/own');
    expect(await run(engine, 'source', 'ls /home/daytona; kill -0 $(cat /tmp/pid) && echo alive')).toBe(
      'work\nalive\n',
    );
    expect((await engine.forks.children('source', call())).map(({ id }) => id)).toEqual([one, two]);
    expect((await engine.forks.parent('one', call())).id).toBe(source.id);
    const grand = await engine.forks.fork('one', {}, call());
    const ancestors = await engine.forks.ancestors(grand.children[0]?.id ?? '', call());
    expect(ancestors.map(({ name }) => name)).toEqual(['source', 'one']);
    await expect(engine.forks.parent('source', call())).rejects.toMatchObject({ code: 'sandbox_not_found' });
  });

  it('is made of a stopped sandbox, too, which stays stopped', async () => {
    const engine = await openTestEngine();
    await engine.lifecycle.create({ name: 'source' }, call());
    await run(engine, 'source', 'echo kept > file');
    await engine.lifecycle.stop('source', { force: true }, call());
    const { children, pausedMs } = await engine.forks.fork('source', { names: ['copy'] }, call());
    expect([children[0]?.error, pausedMs]).toEqual([null, 0]);
    expect(await run(engine, 'copy', 'cat file')).toBe('kept\n');
    expect(await engine.lifecycle.get('source', call())).toMatchObject({ state: 'stopped' });
  });

  it('is refused for a name that is taken and beyond the limit, and nothing is left', async () => {
    const engine = await openTestEngine({ maxSandboxes: 2 });
    await engine.lifecycle.create({ name: 'source' }, call());
    await expect(engine.forks.fork('source', { names: ['source'] }, call())).rejects.toMatchObject({
      code: 'name_conflict',
    });
    await expect(engine.forks.fork('source', { count: 2 }, call())).rejects.toMatchObject({
      code: 'capacity',
    });
    await expect(engine.forks.fork('source', { count: 1, names: ['a', 'b'] }, call())).rejects.toMatchObject({
      code: 'invalid_argument',
    });
    expect((await engine.lifecycle.list({}, call())).total).toBe(1);
  });
});

describe('an archive', () => {
  it('brings every file back exactly', async () => {
    const engine = await openTestEngine();
    await engine.lifecycle.create({ name: 'box' }, call());
    await run(engine, 'box', CHANGES, 'root');
    const before = await run(engine, 'box', DESCRIBE, 'root');
    await expect(engine.archives.archive('box', call())).rejects.toMatchObject({ code: 'state_conflict' });
    await engine.lifecycle.stop('box', { force: false }, call());
    expect(await engine.archives.archive('box', call())).toMatchObject({
      state: 'archived',
      backupState: 'Completed',
    });
    expect(await engine.lifecycle.start('box', call())).toMatchObject({ state: 'started' });
    expect(await run(engine, 'box', DESCRIBE, 'root')).toBe(before);
    expect(await run(engine, 'box', 'hostname')).toBe(`${(await engine.lifecycle.get('box', call())).id}\n`);
  });

  it('that is damaged is an error that keeps the sandbox recoverable, and a whole one restores', async () => {
    const stateDir = makeStateDir();
    const engine = await openEngine(testEngineOptions(stateDir));
    onTestFinished(() => disposeEngine(engine, stateDir));
    await engine.lifecycle.create({ name: 'box' }, call());
    await run(engine, 'box', 'head -c 1000000 /dev/urandom > data; sha256sum data > sum');
    await engine.lifecycle.stop('box', { force: true }, call());
    await engine.archives.archive('box', call());
    const [object = ''] = readdirSync(join(stateDir, 'objects'));
    const path = join(stateDir, 'objects', object);
    const whole = readFileSync(path);
    await engine.lifecycle.create({ name: 'stranger' }, call());
    await run(engine, 'stranger', 'head -c 1000000 /dev/urandom > data');
    await engine.archives.backup('stranger', call());
    const strange = readdirSync(join(stateDir, 'objects')).find((name) => name !== object) ?? '';
    const others = readFileSync(join(stateDir, 'objects', strange));
    await engine.lifecycle.delete('stranger', call());

    const flipped = Buffer.from(whole);
    flipped[700_000] = (flipped[700_000] ?? 0) ^ 1;
    // As long as the right one, so that only the checksum can tell.
    const foreign = Buffer.concat([others, Buffer.alloc(whole.length)]).subarray(0, whole.length);
    const damages: readonly (readonly [string, () => void])[] = [
      ['a flipped bit', () => writeFileSync(path, flipped)],
      ['a shorter object', () => truncateSync(path, 1000)],
      ["another sandbox's object", () => writeFileSync(path, others)],
      ["another sandbox's object of the same length", () => writeFileSync(path, foreign)],
      ['no object', () => rmSync(path)],
    ];
    for (const [what, damage] of damages) {
      damage();
      await expect(engine.lifecycle.start('box', call()), what).rejects.toMatchObject({
        code: 'archive_damaged',
      });
      expect(await engine.lifecycle.get('box', call()), what).toMatchObject({
        state: 'error',
        recoverable: true,
      });
    }

    writeFileSync(path, whole);
    expect(await engine.lifecycle.start('box', call())).toMatchObject({
      state: 'started',
      errorReason: null,
    });
    expect(await run(engine, 'box', 'sha256sum -c --quiet sum && echo same')).toBe('same\n');
    await engine.lifecycle.delete('box', call());
    expect(readdirSync(join(stateDir, 'objects'))).toEqual([]);
  });
});

describe('a backup', () => {
  it('is taken of a running sandbox, which goes on', async () => {
    const engine = await openTestEngine();
    await engine.lifecycle.create({ name: 'box' }, call());
    await run(
      engine,
      'box',
      'head -c 5000000 /dev/urandom > data; sleep 100000 >/dev/null 2>&1 & echo $! > /tmp/pid',
    );
    const outcome = await engine.archives.backup('box', call());
    expect(outcome).toMatchObject({ name: 'box', backupState: 'Completed' });
    expect(outcome.storedBytes).toBeGreaterThan(5_000_000);
    expect(await run(engine, 'box', 'kill -0 $(cat /tmp/pid) && echo alive')).toBe('alive\n');
  });

  it('and an archive are refused for an ephemeral sandbox', async () => {
    const engine = await openTestEngine();
    await engine.lifecycle.create({ name: 'box', autoDeleteInterval: 0 }, call());
    await expect(engine.archives.backup('box', call())).rejects.toMatchObject({ code: 'state_conflict' });
  });
});

describe('a snapshot', () => {
  it('of a sandbox starts others, cold and then warm, and is kept while they exist', async () => {
    const engine = await openTestEngine({ pool: { target: 1, refillConcurrency: 1 } });
    await engine.lifecycle.create({ name: 'box' }, call());
    await run(engine, 'box', 'echo tool > /usr/local/bin/thing; touch /home/daytona/ready', 'root');
    const made = await engine.snapshots.fromSandbox('box', 'with-tool', call());
    expect(made).toMatchObject({ name: 'with-tool', state: 'active', general: false });
    await expect(engine.snapshots.fromSandbox('box', 'with-tool', call())).rejects.toMatchObject({
      code: 'name_conflict',
    });
    expect(await engine.lifecycle.get('box', call())).toMatchObject({ state: 'started' });

    await engine.lifecycle.create({ name: 'child', snapshot: 'with-tool' }, call());
    expect(await run(engine, 'child', 'cat /usr/local/bin/thing; ls')).toBe('tool\nready\n');
    expect((await engine.snapshots.list({}, call())).items.map(({ name }) => name)).toEqual([
      'with-tool',
      'default',
    ]);
    expect(await engine.snapshots.get('default', call())).toMatchObject({ general: true, state: 'active' });
    await expect(engine.snapshots.delete('with-tool', call())).rejects.toMatchObject({
      code: 'state_conflict',
      message: expect.stringContaining('child'),
    });
    await expect(engine.snapshots.delete('default', call())).rejects.toMatchObject({
      code: 'state_conflict',
    });
    await engine.lifecycle.delete('child', call());
    expect(await engine.snapshots.delete('with-tool', call())).toMatchObject({ name: 'with-tool' });
    await expect(engine.snapshots.get('with-tool', call())).rejects.toMatchObject({
      code: 'snapshot_not_found',
    });
  });
});

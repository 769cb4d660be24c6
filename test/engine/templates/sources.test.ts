/** Snapshots of every source, and sandboxes of images that are nothing like the default one. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, it, onTestFinished } from 'vitest';
import type { CreateSnapshot } from '../../../schemas/create-snapshot.ts';
import { createDockerClient } from '../../../src/engine/docker/client.ts';
import type { Engine } from '../../../src/engine/options.ts';
import { call, openTestEngine } from '../../support/open-engine.ts';
import { startRegistry } from '../../support/registry.ts';

const run = (engine: Engine, sandbox: string, command: string, user?: string) =>
  engine.exec.exec(sandbox, { command, ...(user === undefined ? {} : { user }) }, call());

/** A program without an interpreter, as the only file of an image. */
function staticProgram(): string {
  const directory = mkdtempSync(join(tmpdir(), 'thaw-static-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const source = join(directory, 'hello.c');
  writeFileSync(
    source,
    '#include <stdio.h>\nint main(int c, char **v) { printf("static %s\\n", c > 1 ? v[1] : ""); return 3; }\n',
  );
  execFileSync('cc', ['-static', '-Os', '-s', '-o', join(directory, 'hello'), source]);
  return readFileSync(join(directory, 'hello')).toString('base64');
}

it('an image reference is pulled when it is not there, and its environment, user and directory are kept', async () => {
  const docker = createDockerClient(inject('endpoint'));
  const { arch } = await docker.version();
  const config = { Env: ['FROM_IMAGE=yes'], WorkingDir: '/work', User: '1234' };
  const registry = await startRegistry({ pulled: 'from the registry\n', 'work/here': 'x' }, config, arch);
  onTestFinished(() => registry.close());
  const engine = await openTestEngine({ pool: { target: 1, refillConcurrency: 1 } });
  const lines: string[] = [];
  const context = { ...call(), progress: (line: string) => void lines.push(line) };
  const made = await engine.snapshots.create({ name: 'pulled', imageName: registry.reference }, context);
  expect(made).toMatchObject({ state: 'active', imageName: registry.reference, errorReason: null });
  expect(lines.join('\n')).toContain('Downloaded newer image');
  expect(registry.unexpected).toEqual([]);
  // What was pulled is the snapshot's alone.
  expect(await docker.inspectImage(registry.reference)).toBeNull();

  const { id, user } = await engine.lifecycle.create({ snapshot: 'pulled' }, call());
  expect(user).toBe('1234');
  expect((await engine.files.read(id, { path: '/pulled' }, call())).content).toBe('from the registry\n');
  // A relative path starts in the image's own directory.
  expect((await engine.files.read(id, { path: 'here' }, call())).content).toBe('x');
  await expect(run(engine, id, 'echo a; echo b')).rejects.toMatchObject({
    code: 'command_not_started',
    message: expect.stringContaining('has no shell'),
  });

  const missing = await engine.snapshots.create({ name: 'missing', imageName: registry.missing }, call());
  expect(missing).toMatchObject({
    state: 'error',
    errorReason: expect.stringMatching(/manifest unknown|not found/),
  });
  await engine.snapshots.delete('missing', call());
});

it('a static program alone is an image: it runs, files work, and a shell is missed clearly', async () => {
  const engine = await openTestEngine();
  const made = await engine.snapshots.create(
    {
      name: 'scratch',
      buildInfo: {
        dockerfileContent: 'FROM scratch\nCOPY bin/hello /hello\nCOPY note /etc/note\n',
        context: [
          { path: 'bin/hello', content: staticProgram(), encoding: 'base64', executable: true },
          { path: 'note', content: 'a note' },
        ],
      },
    },
    call(),
  );
  expect(made).toMatchObject({ state: 'active', errorReason: null });
  const { id, user } = await engine.lifecycle.create({ snapshot: 'scratch' }, call());
  expect(user).toBe('root');
  expect(await run(engine, id, '/hello world')).toMatchObject({ exitCode: 3, stdout: 'static world\n' });
  await expect(run(engine, id, '/hello | cat')).rejects.toMatchObject({ code: 'command_not_started' });
  await engine.files.write(id, { path: '/a/b', content: 'written' }, call());
  expect((await engine.files.read(id, { path: '/a/b' }, call())).content).toBe('written');
  expect((await engine.files.read(id, { path: '/etc/note' }, call())).content).toBe('a note');
  await engine.lifecycle.stop(id, { force: false }, call());
  await engine.lifecycle.start(id, call());
  expect((await engine.files.read(id, { path: '/a/b' }, call())).content).toBe('written');
});

it('a root file system in a sandbox is an image: a shell and its libraries, no bash, no daytona', async () => {
  const engine = await openTestEngine();
  await engine.lifecycle.create({ name: 'maker' }, call());
  const pack = `set -e; mkdir -p root/bin root/tmp; cp /bin/dash root/bin/sh; cp /bin/cat /usr/bin/id root/bin
    for lib in $(ldd /bin/dash /bin/cat /usr/bin/id | grep -o '/[^ ]*lib[^ ]*\\.so[^ ]*' | sort -u)
    do mkdir -p root$(dirname $lib); cp $lib root$lib; done
    echo small > root/which; tar -czf root.tar.gz -C root .; head -c 5000 /dev/urandom > broken.tar`;
  expect(await run(engine, 'maker', pack)).toMatchObject({ exitCode: 0 });
  const rootfs = (path: string) => ({ sandbox: 'maker', path });
  const made = await engine.snapshots.create(
    { name: 'small', rootfs: rootfs('root.tar.gz'), cpu: 0.5, memory: 0.25 },
    call(),
  );
  expect(made).toMatchObject({ state: 'active', errorReason: null, cpu: 0.5, mem: 0.25 });
  const created = await engine.lifecycle.create({ snapshot: 'small' }, call());
  // What the snapshot says of its sandboxes holds for a create that says nothing.
  expect(created).toMatchObject({ user: 'root', cpu: 0.5, memory: 0.25 });
  const { stdout } = await run(engine, created.id, 'cat /which; id -u; echo $0; pwd');
  expect(stdout).toBe('small\n0\n/bin/sh\n/\n');

  // A snapshot of such a sandbox is one, too.
  await run(engine, created.id, 'echo more > /more');
  await engine.snapshots.fromSandbox(created.id, 'small-more', call());
  const child = await engine.lifecycle.create({ snapshot: 'small-more' }, call());
  expect((await run(engine, child.id, 'cat /which /more')).stdout).toBe('small\nmore\n');

  const broken = await engine.snapshots.create({ name: 'broken', rootfs: rootfs('broken.tar') }, call());
  expect(broken).toMatchObject({ state: 'error' });
  expect(broken.errorReason).not.toBeNull();
  const none = engine.snapshots.create({ name: 'none', rootfs: rootfs('/nothing') }, call());
  await expect(none).rejects.toMatchObject({ code: 'file_not_found' });
  const directory = engine.snapshots.create({ name: 'none', rootfs: rootfs('/tmp') }, call());
  await expect(directory).rejects.toMatchObject({ code: 'not_a_file' });
  expect((await engine.snapshots.list({ name: 'none' }, call())).total).toBe(0);
});

it('refuses what a snapshot cannot be made of, and changes nothing', async () => {
  const engine = await openTestEngine();
  const dockerfile = (dockerfileContent: string) => ({ name: 'x', buildInfo: { dockerfileContent } });
  const cases: readonly (readonly [CreateSnapshot, string, string])[] = [
    [{ name: 'x' }, 'invalid_argument', 'Must specify an image name'],
    [{ ...dockerfile('FROM a:1'), imageName: 'a:1' }, 'invalid_argument', 'one source'],
    [{ name: 'default', imageName: 'a:1' }, 'name_conflict', 'already exists'],
    [{ name: 'x', imageName: 'a:1', entrypoint: ['run'] }, 'unsupported', 'entrypoint'],
    [{ name: 'x', imageName: 'a:1', disk: 3 }, 'unsupported', 'disk'],
    [{ name: 'x', imageName: 'a:1', gpu: 1 }, 'unsupported', 'gpu'],
    [{ name: 'x', imageName: 'a:1', cpu: 1000 }, 'invalid_argument', 'cpu'],
    [{ name: 'x', rootfs: { sandbox: 'nobody', path: '/a' } }, 'sandbox_not_found', 'nobody'],
    [dockerfile('FROM a:1\nADD http://169.254.169.254/ /x'), 'invalid_argument', 'ADD'],
  ];
  for (const [input, code, text] of cases) {
    const refused = engine.snapshots.create(input, call());
    await expect(refused, JSON.stringify(input)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(text),
    });
  }
  expect((await engine.snapshots.list({}, call())).total).toBe(1);
});

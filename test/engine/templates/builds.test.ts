/** Builds for sandboxes and snapshots: built once, told while they run, and given up without a trace. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, inject, it } from 'vitest';
import { createDockerClient } from '../../../src/engine/docker/client.ts';
import type { Engine } from '../../../src/engine/options.ts';
import { call, eventually, openTestEngine } from '../../support/open-engine.ts';

const base = (): string => inject('snapshot').image;
const docker = () => createDockerClient(inject('endpoint'));
const built = (...lines: readonly string[]) => ({
  dockerfileContent: [`FROM ${base()}`, ...lines].join('\n'),
});

/** Steps of a build that run, and the containers whose networks they use. */
async function containersOf(engine: Engine, sandbox: string): Promise<number> {
  const { runnerId } = await engine.lifecycle.get(sandbox, call());
  const own = await docker().listContainers({ 'thaw.owner': runnerId ?? '', 'thaw.role': 'sandbox' });
  const peers = await Promise.all(own.map(({ id }) => docker().listNetworkPeers(id)));
  return own.length + peers.flat().length;
}

it('the same Dockerfile is built once for all who ask, and its image is kept for the next', async () => {
  const engine = await openTestEngine();
  const buildInfo = built('RUN date +%s%N > /built-at', 'ENV FLAVOUR=plum', 'WORKDIR /srv');
  const [one, two] = await Promise.all([
    engine.lifecycle.create({ buildInfo, cpu: 0.5 }, call()),
    engine.lifecycle.create({ buildInfo, user: 'root', env: { FLAVOUR: 'pear' } }, call()),
  ]);
  expect([one, two]).toMatchObject([
    { state: 'started', startedFrom: 'cold', user: 'daytona', cpu: 0.5 },
    { state: 'started', startedFrom: 'cold', user: 'root' },
  ]);
  expect(one.buildInfo).toMatchObject({ ...buildInfo, snapshotRef: one.snapshot });
  const look = async (id: string): Promise<string> =>
    (await engine.exec.exec(id, { command: 'cat /built-at; echo $FLAVOUR; pwd' }, call())).stdout;
  const [first = '', ...rest] = (await look(one.id)).split('\n');
  expect(first).toMatch(/^\d+$/);
  // Commands of the image's own user start in its directory, those of others in their home.
  expect(rest.slice(0, 2)).toEqual(['plum', '/srv']);
  expect((await look(two.id)).split('\n').slice(0, 3)).toEqual([first, 'pear', '/root']);

  await engine.lifecycle.delete(one.id, call());
  await engine.lifecycle.delete(two.id, call());
  const three = await engine.lifecycle.create({ buildInfo }, call());
  expect((await look(three.id)).split('\n')[0]).toBe(first);
  // A template that was built is nobody's by name.
  expect((await engine.snapshots.list({}, call())).total).toBe(1);
  expect(await engine.builds.sandboxLogs(three.id, {}, call())).toMatchObject({
    state: 'started',
    logs: expect.stringContaining('Successfully built'),
    truncated: false,
  });
});

it('a build that fails leaves a sandbox that says why, with its log, and nothing else', async () => {
  const engine = await openTestEngine();
  const failed = await engine.lifecycle.create(
    { name: 'bad', buildInfo: built('RUN echo before; echo to stderr >&2; exit 7', 'RUN never') },
    call(),
  );
  expect(failed).toMatchObject({
    state: 'build_failed',
    errorReason: expect.stringContaining('returned a non-zero code: 7'),
    recoverable: false,
  });
  const { logs } = await engine.builds.sandboxLogs('bad', {}, call());
  // Docker reads the two outputs of a step side by side, so either may come first.
  expect(logs).toContain('\nbefore\n');
  expect(logs).toContain('\nto stderr\n');
  const short = await engine.builds.sandboxLogs('bad', { maxBytes: 20 }, call());
  expect(short).toMatchObject({ truncated: true, totalBytes: Buffer.byteLength(logs) });
  const { url } = await engine.builds.sandboxLogsUrl('bad', call());
  expect(readFileSync(fileURLToPath(url), 'utf8')).toBe(logs);
  await expect(engine.lifecycle.start('bad', call())).rejects.toMatchObject({ code: 'state_conflict' });
  expect(await containersOf(engine, 'bad')).toBe(0);
  await engine.lifecycle.delete('bad', call());
  expect(existsSync(fileURLToPath(url))).toBe(false);

  const unknown = await engine.lifecycle.create(
    { name: 'base', buildInfo: { dockerfileContent: 'FROM 127.0.0.1:1/none:1.0' } },
    call(),
  );
  expect(unknown).toMatchObject({ state: 'build_failed' });
  expect(unknown.errorReason).toContain('127.0.0.1:1');
  const nonsense = await engine.lifecycle.create(
    { name: 'nonsense', buildInfo: built('COPY ../../etc/passwd /stolen') },
    call(),
  );
  expect(nonsense).toMatchObject({ state: 'build_failed' });

  await engine.lifecycle.create({ name: 'plain' }, call());
  await expect(engine.builds.sandboxLogs('plain', {}, call())).rejects.toMatchObject({
    code: 'no_build',
    message: 'Sandbox plain has no build info',
  });
  await expect(engine.builds.snapshotLogs('default', {}, call())).rejects.toMatchObject({ code: 'no_build' });
  const both = engine.lifecycle.create({ snapshot: 'default', buildInfo: built() }, call());
  await expect(both).rejects.toMatchObject({
    message: 'Cannot specify a snapshot when using a build info entry',
  });
});

it('a build that takes long is answered while it runs, followed, and ended by a delete', async () => {
  const engine = await openTestEngine({ answerWithinMs: 300 });
  const slow = built('RUN echo working; sleep 1000');
  const answered = await engine.lifecycle.create({ name: 'slow', buildInfo: slow }, call());
  expect(answered.state).toBe('building_snapshot');
  await eventually('the step prints', async () =>
    (await engine.builds.sandboxLogs('slow', {}, call())).logs.includes('\nworking\n'),
  );
  expect(await containersOf(engine, 'slow')).toBe(2);
  await expect(engine.lifecycle.stop('slow', { force: false }, call())).rejects.toMatchObject({
    code: 'busy',
  });
  await engine.lifecycle.create({ name: 'witness' }, call());
  expect(await engine.lifecycle.delete('slow', call())).toMatchObject({ state: 'destroyed' });
  await eventually('the build is gone', async () => (await containersOf(engine, 'witness')) === 1);

  const snapshot = await engine.snapshots.create({ name: 'shot', buildInfo: slow }, call());
  expect(snapshot.state).toBe('building');
  await expect(engine.lifecycle.create({ snapshot: 'shot' }, call())).rejects.toMatchObject({
    code: 'state_conflict',
    message: 'Snapshot shot is building.',
  });
  await engine.snapshots.delete('shot', call());
  await eventually('the build is gone', async () => (await containersOf(engine, 'witness')) === 1);
  expect((await engine.snapshots.list({}, call())).total).toBe(1);
});

it('a caller who goes away takes the build back', async () => {
  const engine = await openTestEngine();
  await engine.lifecycle.create({ name: 'witness' }, call());
  for (const what of ['sandbox', 'snapshot'] as const) {
    const leaving = new AbortController();
    const context = {
      ...call(leaving.signal),
      progress: (line: string) => {
        if (line === 'working') leaving.abort();
      },
    };
    const input = { name: 'taken-back', buildInfo: built(`RUN echo working; sleep 1000 # ${what}`) };
    const creating: Promise<unknown> =
      what === 'sandbox' ? engine.lifecycle.create(input, context) : engine.snapshots.create(input, context);
    await expect(creating, what).rejects.toMatchObject({ code: 'cancelled' });
    expect((await engine.lifecycle.list({}, call())).total).toBe(1);
    expect((await engine.snapshots.list({}, call())).total).toBe(1);
    await eventually('the build is gone', async () => (await containersOf(engine, 'witness')) === 1);
  }
});

it('a build that never ends is ended by the deadline', async () => {
  const engine = await openTestEngine({ makingTimeoutMs: 5_000 });
  const endless = await engine.snapshots.create(
    { name: 'endless', buildInfo: built('RUN sleep 1000') },
    call(),
  );
  expect(endless).toMatchObject({
    state: 'build_failed',
    errorReason: 'It took longer than 5 s and was ended.',
  });
});

it('a build that prints 100 MB has a bounded log and costs no memory', async () => {
  const engine = await openTestEngine();
  const before = process.memoryUsage().rss;
  const print = 'RUN echo first; yes 0123456789abcdef | head -c 100000000; echo last';
  const loud = await engine.snapshots.create({ name: 'loud', buildInfo: built(print) }, call());
  expect(loud).toMatchObject({ state: 'active', errorReason: null });
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  const log = await engine.builds.snapshotLogs('loud', { maxBytes: 1_000_000 }, call());
  expect(log.totalBytes).toBeLessThan(1_100_000);
  expect(log.logs).toContain('first\n');
  expect(log.logs).toContain('last\n');
  expect(log.logs).toContain('bytes left out');
  const { url } = await engine.builds.snapshotLogsUrl('loud', call());
  await engine.snapshots.delete('loud', call());
  expect(readdirSync(new URL('.', url))).toEqual([]);
});

/** Pausing and resuming on a real Docker Engine. */
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { createDockerClient } from '../../src/engine/docker/client.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Engine } from '../../src/engine/options.ts';
import {
  call,
  disposeEngine,
  eventually,
  makeStateDir,
  openTestEngine,
  testEngineOptions,
} from '../support/open-engine.ts';

const run = async (engine: Engine, name: string, command: string): Promise<string> =>
  (await engine.exec.exec(name, { command }, call())).stdout;

/** A process in the background that appends a byte to a file every few milliseconds. */
const ticker = '(while :; do printf x; sleep 0.005; done > ticks) >/dev/null 2>&1 & echo $!';
const ticks = async (engine: Engine, name: string): Promise<number> =>
  Number(await run(engine, name, 'wc -c < ticks'));

describe('a paused sandbox', () => {
  it('stands still and goes on where it was', async () => {
    const engine = await openTestEngine();
    await engine.lifecycle.create({ name: 'box' }, call());
    const pid = (await run(engine, 'box', ticker)).trim();
    await eventually('it ticks', async () => (await ticks(engine, 'box')) > 3);

    expect(await engine.lifecycle.pause('box', call())).toMatchObject({
      state: 'paused',
      desiredState: 'paused',
    });
    await expect(engine.exec.exec('box', { command: 'true' }, call())).rejects.toMatchObject({
      code: 'state_conflict',
      next: 'Call sandbox_resume first.',
    });
    await expect(engine.files.read('box', { path: 'ticks' }, call())).rejects.toMatchObject({
      code: 'state_conflict',
    });
    await expect(engine.lifecycle.pause('box', call())).rejects.toMatchObject({ code: 'state_conflict' });
    await new Promise((resolve) => setTimeout(resolve, 400));

    expect(await engine.lifecycle.resume('box', call())).toMatchObject({ state: 'started' });
    const [first, alive] = [
      await ticks(engine, 'box'),
      await run(engine, 'box', `kill -0 ${pid} && echo yes`),
    ];
    expect(alive).toBe('yes\n');
    await eventually('it ticks on', async () => (await ticks(engine, 'box')) > first);
    expect(await engine.lifecycle.resume('box', call())).toMatchObject({ state: 'started' });
  });

  it('runs no instruction while it is paused', async () => {
    const engine = await openTestEngine();
    await engine.lifecycle.create({ name: 'box' }, call());
    // Keeps the longest time between two looks at the clock, in seconds.
    const watch = [
      'import time',
      'last, longest = time.time(), 0',
      'while True:',
      '  now = time.time()',
      '  if now - last > longest:',
      '    longest = now - last',
      "    open('/tmp/longest', 'w').write(str(longest))",
      '  last = now',
      '  time.sleep(0.002)',
    ].join('\n');
    await engine.files.write('box', { path: '/tmp/watch.py', content: watch }, call());
    await run(engine, 'box', 'python3 /tmp/watch.py >/dev/null 2>&1 &');
    const longest = async (): Promise<number> =>
      Number(await run(engine, 'box', 'cat /tmp/longest 2>/dev/null || echo 0'));
    await eventually('it watches', async () => (await longest()) > 0);
    await engine.lifecycle.pause('box', call());
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await engine.lifecycle.resume('box', call());
    await eventually('it saw the gap', async () => (await longest()) > 1.45);
  });

  it('is resumed by a start, too', async () => {
    const engine = await openTestEngine();
    await engine.lifecycle.create({ name: 'box' }, call());
    const pid = (await run(engine, 'box', 'sleep 1000 >/dev/null 2>&1 & echo $!')).trim();
    await engine.lifecycle.pause('box', call());
    expect(await engine.lifecycle.start('box', call())).toMatchObject({ state: 'started' });
    expect(await run(engine, 'box', `kill -0 ${pid} && echo alive`)).toBe('alive\n');
  });

  it.each([{ force: true }, { force: false }])('can be stopped %j, and started again', async (options) => {
    const engine = await openTestEngine();
    await engine.lifecycle.create({ name: 'box' }, call());
    await run(engine, 'box', 'echo kept > note');
    await engine.lifecycle.pause('box', call());
    expect(await engine.lifecycle.stop('box', options, call())).toMatchObject({ state: 'stopped' });
    await engine.lifecycle.start('box', call());
    expect(await run(engine, 'box', 'cat note')).toBe('kept\n');
  });

  it('can be deleted', async () => {
    const engine = await openTestEngine();
    await engine.lifecycle.create({ name: 'box' }, call());
    await engine.lifecycle.pause('box', call());
    expect(await engine.lifecycle.delete('box', call())).toMatchObject({ state: 'destroyed' });
  });

  it('stays paused when its owner is replaced, and is connected to when it is resumed, stopped or deleted', async () => {
    const stateDir = makeStateDir();
    let engine = await openEngine(testEngineOptions(stateDir));
    onTestFinished(() => disposeEngine(engine, stateDir));
    const names = ['resumed', 'stopped', 'deleted'];
    for (const name of names) await engine.lifecycle.create({ name }, call());
    const pid = (await run(engine, 'resumed', 'sleep 1000 >/dev/null 2>&1 & echo $!')).trim();
    for (const name of names) await engine.lifecycle.pause(name, call());
    await engine.close({ sandboxes: 'keep' });

    engine = await openEngine(testEngineOptions(stateDir));
    for (const name of names) expect((await engine.lifecycle.get(name, call())).state).toBe('paused');
    await engine.lifecycle.resume('resumed', call());
    expect(await run(engine, 'resumed', `kill -0 ${pid} && echo alive`)).toBe('alive\n');
    expect(await engine.lifecycle.stop('stopped', { force: false }, call())).toMatchObject({
      state: 'stopped',
    });
    expect(await engine.lifecycle.delete('deleted', call())).toMatchObject({ state: 'destroyed' });
  });

  it('is an error that cannot be recovered when its container is removed from outside', async () => {
    const engine = await openTestEngine();
    const { id } = await engine.lifecycle.create({ name: 'box' }, call());
    await engine.lifecycle.pause('box', call());
    const docker = createDockerClient(inject('endpoint'));
    const [container] = await docker.listContainers({ 'thaw.sandbox': id });
    if (container === undefined) throw new Error('the sandbox has no container');
    await docker.removeContainer(container.id);
    await eventually('its end is noticed', async () => {
      const { state, recoverable } = await engine.lifecycle.get('box', call());
      return state === 'error' && !recoverable;
    });
    await expect(engine.lifecycle.recover('box', { skipStart: false }, call())).rejects.toMatchObject({
      code: 'state_conflict',
      message: expect.stringContaining('Sandbox is not in a recoverable state'),
    });
  });
});

describe('pause and resume without the host helper', () => {
  it('go through the Docker Engine', async () => {
    const engine = await openTestEngine({ helper: 'off' });
    await engine.lifecycle.create({ name: 'box' }, call());
    const pid = (await run(engine, 'box', 'sleep 1000 >/dev/null 2>&1 & echo $!')).trim();
    expect(await engine.lifecycle.pause('box', call())).toMatchObject({ state: 'paused' });
    expect(await engine.lifecycle.resume('box', call())).toMatchObject({ state: 'started' });
    expect(await run(engine, 'box', `kill -0 ${pid} && echo alive`)).toBe('alive\n');
    await engine.lifecycle.pause('box', call());
    expect(await engine.lifecycle.stop('box', { force: true }, call())).toMatchObject({ state: 'stopped' });
  });
});

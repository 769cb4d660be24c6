/** Sandboxes without a guest agent: the same promises, kept through `docker exec`. */
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { createDockerClient } from '../../src/engine/docker/client.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { OWNER_LABEL } from '../../src/engine/labels.ts';
import { describeExec } from '../support/engine-suites/exec.ts';
import { describeFiles } from '../support/engine-suites/files.ts';
import { describeLifecycle } from '../support/engine-suites/lifecycle.ts';
import {
  call,
  disposeEngine,
  type EngineChange,
  makeStateDir,
  openTestEngine,
  poolIsFull,
  testEngineOptions,
} from '../support/open-engine.ts';

/** Without an agent there is no helper either, so nobody could enforce a network policy: that has to be asked for. */
const openWithoutAgent = (change: EngineChange = {}) =>
  openTestEngine({ ...change, agentBinary: null, helper: 'off' });

describe('without a guest agent', () => {
  describeLifecycle(openWithoutAgent);
  describeExec(openWithoutAgent);
  describeFiles(openWithoutAgent);

  it('says so', async () => {
    const status = (await openWithoutAgent()).status();
    expect(status).toMatchObject({ agent: 'docker exec', helper: 'off' });
    expect((await openTestEngine()).status()).toMatchObject({ agent: 'on', helper: 'on' });
  });

  it('says what an image lacks that has no shell', async () => {
    const docker = createDockerClient(inject('endpoint'));
    const tar = pack();
    tar.entry({ name: 'etc/passwd' }, 'root:x:0:0::/root:/bin/sh\n');
    tar.finalize();
    const image = 'thaw-test/no-shell:1';
    await docker.importImage(Readable.from(tar), image, []);
    onTestFinished(() => docker.removeImage(image));
    const engine = await openWithoutAgent({ defaultSnapshot: { name: 'bare', image } });
    await expect(engine.lifecycle.create({}, call())).rejects.toMatchObject({
      code: 'engine_error',
      next: expect.stringContaining('/bin/sh'),
    });
    expect((await engine.lifecycle.list({}, call())).total).toBe(0);
  });

  it('hands its sandboxes over when the agent comes, and takes those that have one when it goes', async () => {
    const stateDir = makeStateDir();
    const pool = { target: 1, refillConcurrency: 1 };
    const docker = createDockerClient(inject('endpoint'));
    const reopen = (agentBinary: string | null) =>
      openEngine(
        testEngineOptions(stateDir, { agentBinary, pool, helper: agentBinary === null ? 'off' : 'on' }),
      );
    let engine = await reopen(null);
    onTestFinished(() => disposeEngine(engine, stateDir));
    await poolIsFull(engine);
    const old = await engine.lifecycle.create({ name: 'old' }, call());
    await engine.exec.exec(old.id, { command: 'sleep 1000 >/dev/null 2>&1 & echo $! > pid' }, call());

    const check = async (name: string): Promise<void> => {
      const { stdout } = await engine.exec.exec(
        name,
        { command: 'kill -0 $(cat pid) && echo alive' },
        call(),
      );
      expect(stdout).toBe('alive\n');
      await engine.lifecycle.stop(name, { force: true }, call());
      await engine.lifecycle.start(name, call());
      expect((await engine.exec.exec(name, { command: 'cat pid' }, call())).exitCode).toBe(0);
      await engine.exec.exec(name, { command: 'sleep 1000 >/dev/null 2>&1 & echo $! > pid' }, call());
    };
    await engine.close({ sandboxes: 'keep' });
    engine = await reopen(inject('agentBinary'));
    await check('old');
    await poolIsFull(engine);
    const young = await engine.lifecycle.create({ name: 'young' }, call());
    expect(young.startedFrom).toBe('warm');
    await engine.exec.exec('young', { command: 'sleep 1000 >/dev/null 2>&1 & echo $! > pid' }, call());

    await engine.close({ sandboxes: 'keep' });
    engine = await reopen(null);
    await check('old');
    await check('young');
    await engine.lifecycle.delete('old', call());
    await engine.lifecycle.delete('young', call());
    await engine.close({ sandboxes: 'stop' });
    // Whichever owner made them, the last one takes the volumes of the agent away.
    expect(await docker.listVolumes({ [OWNER_LABEL]: old.runnerId ?? '' })).toEqual([]);
    engine = await reopen(null);
  });
});

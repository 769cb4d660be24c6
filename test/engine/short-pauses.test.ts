/** A source stands still while its files are read, not for what becomes of them; and the pool waits meanwhile, within bounds. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, it, onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.ts';
import { createDockerClient } from '../../src/engine/docker/client.ts';
import type { DockerPort } from '../../src/engine/docker/port.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { ownerFilter, ROLE_LABEL, SANDBOX_LABEL } from '../../src/engine/labels.ts';
import type { Engine } from '../../src/engine/options.ts';
import { Store } from '../../src/engine/store/store.ts';
import {
  call,
  disposeEngine,
  eventually,
  makeStateDir,
  openTestEngine,
  poolIsFull,
  testEngineOptions,
} from '../support/open-engine.ts';

const run = async (engine: Engine, sandbox: string, command: string): Promise<string> =>
  (await engine.exec.exec(sandbox, { command }, call())).stdout;

/** The process on this machine that compresses a backup, while there is one. */
function compressor(): number | null {
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      if (words[0]?.endsWith('/zstd') === true && words.includes('-c') && words.includes('-3'))
        return Number(name);
    } catch {
      // It has ended.
    }
  }
  return null;
}

async function stopCompressor(): Promise<number> {
  for (let pid = compressor(); ; pid = compressor()) {
    if (pid !== null) {
      process.kill(pid, 'SIGSTOP');
      return pid;
    }
    await sleep(1);
  }
}

it('goes on while its backup is still being compressed, which holds what there was', async () => {
  const engine = await openTestEngine();
  await engine.lifecycle.create({ name: 'box' }, call());
  await run(engine, 'box', 'head -c 100000000 /dev/urandom > data; sha256sum data > sum');
  const backup = engine.archives.backup('box', call());
  const pid = await stopCompressor();
  onTestFinished(() => {
    try {
      process.kill(pid, 'SIGCONT');
    } catch {
      // It has ended, as it should have.
    }
  });
  expect(await run(engine, 'box', 'echo later > data; cat data')).toBe('later\n');
  process.kill(pid, 'SIGCONT');
  expect((await backup).pausedMs).toBeGreaterThan(0);
  await engine.lifecycle.stop('box', { force: true }, call());
  const docker = createDockerClient(inject('endpoint'));
  const { id } = await engine.lifecycle.get('box', call());
  const [container] = await docker.listContainers({ [SANDBOX_LABEL]: id });
  if (container !== undefined) await docker.removeContainer(container.id);
  // The first attempt may come while the engine is looking for it.
  await eventually('it is made again of its backup', () =>
    engine.lifecycle.start('box', call()).then(
      () => true,
      () => false,
    ),
  );
  expect(await run(engine, 'box', 'sha256sum --check sum')).toBe('data: OK\n');
});

it('goes on while a snapshot of it is committed, which holds what there was', async () => {
  const real = createDockerClient(inject('endpoint'));
  let later = '';
  const docker: DockerPort = {
    ...real,
    async commitContainer(...words) {
      later = await run(engine, 'box', 'rm -f data own; echo later > data; cat data');
      return await real.commitContainer(...words);
    },
  };
  const stateDir = makeStateDir();
  const engine = await openEngine({ ...testEngineOptions(stateDir), docker });
  onTestFinished(() => disposeEngine(engine, stateDir));
  await engine.lifecycle.create({ name: 'box' }, call());
  const command =
    'cd /home/daytona; echo first > data; echo own > own; chown 7:8 own; chmod 4711 own; rm /etc/issue';
  await engine.exec.exec('box', { command, user: 'root' }, call());
  const made = await engine.snapshots.fromSandbox('box', 'shot', call());
  expect(later).toBe('later\n');
  expect(made.pausedMs).toBeGreaterThan(0);
  const store = new Store(join(stateDir, 'thaw.db'));
  const labels = { ...ownerFilter(store.meta('owner') ?? ''), [ROLE_LABEL]: 'sandbox' };
  store.close();
  await eventually(
    'nothing is left of the copy',
    async () => (await real.listContainers(labels)).length === 1,
  );
  await engine.lifecycle.create({ name: 'next', snapshot: 'shot' }, call());
  const held = 'cat data; stat -c "%u:%g %a" own; ls -A /etc | grep -cx issue';
  expect(await run(engine, 'next', held)).toBe('first\n7:8 4711\n0\n');
});

it('is forked while the pool waits, for a second at most', async () => {
  const limits: (() => void)[] = [];
  const clock: Clock = {
    ...systemClock,
    schedule(delayMs, task) {
      if (delayMs !== 1_000) return systemClock.schedule(delayMs, task);
      limits.push(task);
      return () => undefined;
    },
  };
  const atHand: number[] = [];
  let isOver = false;
  const onStep = (step: string): void => {
    if (step === 'fork.made' && isOver) limits.at(-1)?.();
    if (step === 'fork.copied') {
      const { parked, starting } = engine.status().pool;
      atHand.push(parked + starting);
    }
  };
  const engine = await openTestEngine({ pool: { target: 2, refillConcurrency: 2 }, clock, onStep });
  await engine.lifecycle.create({ name: 'box' }, call());
  for (isOver of [false, true]) {
    await poolIsFull(engine);
    await engine.forks.fork('box', {}, call());
  }
  expect(atHand).toEqual([1, 2]);
});

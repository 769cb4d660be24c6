/** Changing limits on a real Docker Engine, by the API's rules. */
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/options.ts';
import { call, openTestEngine } from '../support/open-engine.ts';

const GIB = 1024 ** 3;
const script = `
cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max
cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us 2>/dev/null || cut -d' ' -f1 /sys/fs/cgroup/cpu.max`;

/** What the kernel holds the sandbox to. */
async function enforced(engine: Engine, name: string): Promise<{ memory: number; cpu: number }> {
  const { stdout } = await engine.exec.exec(name, { command: script }, call());
  const [memory, quota] = stdout.split('\n').map(Number);
  return { memory: (memory ?? 0) / GIB, cpu: (quota ?? 0) / 100_000 };
}

describe('resize', () => {
  it('grows a running sandbox at once, without a restart, and keeps that over a stop', async () => {
    const engine = await openTestEngine();
    await engine.lifecycle.create({ name: 'box', cpu: 0.5, memory: 0.25 }, call());
    const { stdout } = await engine.exec.exec(
      'box',
      { command: 'sleep 1000 >/dev/null 2>&1 & echo $!' },
      call(),
    );
    expect(await engine.lifecycle.resize('box', { cpu: 1.5, memory: 0.5 }, call())).toMatchObject({
      state: 'started',
      desiredState: 'started',
      cpu: 1.5,
      memory: 0.5,
    });
    expect(await enforced(engine, 'box')).toEqual({ memory: 0.5, cpu: 1.5 });
    const { exitCode } = await engine.exec.exec('box', { command: `kill -0 ${stdout.trim()}` }, call());
    expect(exitCode).toBe(0);
    await engine.lifecycle.stop('box', { force: true }, call());
    await engine.lifecycle.start('box', call());
    expect(await enforced(engine, 'box')).toEqual({ memory: 0.5, cpu: 1.5 });
  });

  it('changes a stopped sandbox either way', async () => {
    const engine = await openTestEngine();
    await engine.lifecycle.create({ name: 'box', cpu: 1, memory: 0.5 }, call());
    await engine.lifecycle.stop('box', { force: true }, call());
    expect(await engine.lifecycle.resize('box', { cpu: 0.5, memory: 1 }, call())).toMatchObject({
      state: 'stopped',
      cpu: 0.5,
      memory: 1,
    });
    await engine.lifecycle.start('box', call());
    expect(await enforced(engine, 'box')).toEqual({ memory: 1, cpu: 0.5 });
  });

  it('lands on the last of many in a row, in Docker as in the kernel', async () => {
    const engine = await openTestEngine();
    await engine.lifecycle.create({ name: 'box', memory: 0.1 }, call());
    for (let step = 2; step <= 20; step += 1)
      await engine.lifecycle.resize('box', { memory: step / 10 }, call());
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await enforced(engine, 'box')).memory).toBeCloseTo(2, 5);
  });

  it('refuses what the API refuses, in its words, and changes nothing', async () => {
    const engine = await openTestEngine();
    const { lifecycle } = engine;
    await lifecycle.create({ name: 'box', cpu: 1, memory: 0.5 }, call());
    const resize = (wanted: Parameters<typeof lifecycle.resize>[1]) =>
      lifecycle.resize('box', wanted, call());
    const none = 'No resource changes specified - sandbox is already at the desired configuration';
    const refused = async (
      wanted: Parameters<typeof lifecycle.resize>[1],
      code: string,
      message: string,
    ): Promise<void> => {
      await expect(resize(wanted), JSON.stringify(wanted)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(message),
      });
    };
    await refused({}, 'invalid_argument', none);
    await refused({ cpu: 1, memory: 0.5 }, 'invalid_argument', none);
    await refused({ disk: 5 }, 'state_conflict', 'Disk resize can only be performed on a stopped sandbox');
    await refused(
      { cpu: 0.5 },
      'state_conflict',
      'Sandbox must be in stopped state to decrease the number of CPU cores',
    );
    await refused(
      { memory: 0.25, cpu: 2 },
      'state_conflict',
      'Sandbox must be in stopped state to decrease memory',
    );
    await refused({ cpu: 1000 }, 'invalid_argument', 'cores of the host');
    await lifecycle.pause('box', call());
    await refused({ cpu: 2 }, 'state_conflict', 'Sandbox must be in started or stopped state to resize');
    await lifecycle.stop('box', { force: true }, call());
    await refused({ disk: 5 }, 'unsupported', 'no disk quotas');
    expect(await lifecycle.get('box', call())).toMatchObject({ state: 'stopped', cpu: 1, memory: 0.5 });
  });
});

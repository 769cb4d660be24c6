/** An engine that dies in the middle of anything, and its successor on the same pipes. */
import { expect, it } from 'vitest';
import { encodeFrame, request } from '../../../src/engine/agent/frame.ts';
import { startLocalAgent } from '../../support/local-agent.ts';
import { builds, describeAgent, eventually, shell } from './describe-agent.ts';

describeAgent('reattach', (subject) => {
  const { stringify } = JSON;

  it('discards what an earlier connection had, and its processes go on', async () => {
    const { local } = subject();
    const stream = local.stream();
    const first = await local.connect(stream);
    const loud = await first.spawn({ argv: ['sh', '-c', 'yes'] });
    const fed = await first.spawn({ argv: ['sh', '-c', 'cat >/dev/null; sleep 1000'], stdin: true });
    await fed.write(Buffer.alloc(50_000));
    stream.destroy();
    await expect(loud.exited).rejects.toMatchObject({ code: 'agent_unreachable' });
    expect(await first.closed).toMatchObject({ code: 'agent_unreachable' });

    const second = await local.connect();
    expect(second.info.inherited).toBeGreaterThanOrEqual(2);
    // Its output goes nowhere, so it runs; its stdin was closed, so it went on to sleep.
    await eventually(async () => (await shell(second, `pgrep -g ${fed.pid} sleep`)).stdout !== '');
    const ticks = async () => {
      const { stdout } = await shell(second, `cut -d" " -f14,15 /proc/$(pgrep -g ${loud.pid} yes)/stat`);
      return stdout.split(' ').reduce((sum, part) => sum + Number(part), 0);
    };
    const before = await ticks();
    await eventually(async () => (await ticks()) > before);
    expect((await shell(second, `kill -9 -${loud.pid} -${fed.pid}`)).stderr).toBe('');
    await eventually(async () => (await local.connect()).info.inherited === 0);
  });

  it('is heard wherever the predecessor was cut off', { timeout: 60_000 }, async () => {
    const { local, sanitized } = subject();
    const payload = Buffer.concat([
      Buffer.from([0xa7, 0x5a, 0x10, 0, 1, 0, 0, 0, 0xf0, 0xff, 0, 0]),
      Buffer.alloc(300, 0xa7),
    ]);
    const half = encodeFrame(0, { type: request.data, flags: 0, channel: 7, payload });
    const cuts = sanitized ? [1, 15, 20, half.length - 1] : [1, 2, 7, 15, 16, 17, 28, 200, half.length - 1];
    for (const cut of cuts) {
      const stream = local.stream();
      stream.write(half.subarray(0, cut));
      stream.destroy();
      const next = await local.connect();
      expect(`${cut}: ${(await shell(next, 'echo heard')).stdout}`).toBe(`${cut}: heard\n`);
      next.close();
    }
    // A frame that promised all it could.
    const longest = encodeFrame(0, {
      type: request.data,
      flags: 0,
      channel: 7,
      payload: Buffer.alloc(65_536, 1),
    });
    const stream = local.stream();
    stream.write(longest.subarray(0, 40));
    stream.destroy();
    const last = await local.connect();
    expect((await shell(last, 'echo heard')).stdout).toBe('heard\n');
    last.close();
  });

  it('begins in the middle of an old frame of the agent', async () => {
    const { local } = subject();
    for (let round = 0; round < 10; round++) {
      const stream = local.stream();
      const first = await local.connect(stream);
      const loud = await first.spawn({ argv: ['yes', stringify({ round })] });
      let bytes = 0;
      for await (const chunk of loud.output('stdout')) {
        bytes += chunk.length;
        if (bytes > 300_000 + round * 1_000) break;
      }
      stream.destroy();
      const second = await local.connect();
      expect((await shell(second, 'echo fine')).stdout).toBe('fine\n');
      expect((await shell(second, `kill -9 -${loud.pid}`)).stderr).toBe('');
      second.close();
    }
  });

  it('passes over frames of another session and of none', async () => {
    const { local } = subject();
    const stream = local.stream();
    const agent = await local.connect(stream);
    const channel = Buffer.alloc(4);
    for (const seed of [0, 1, 0xffff_ffff]) {
      stream.write(encodeFrame(seed, { type: request.shutdown, flags: 0, channel: 0, payload: channel }));
    }
    stream.write(Buffer.from('garbage that is no frame \xa7\x5a\xa7', 'latin1'));
    stream.write(Buffer.alloc(70_000));
    expect(await agent.ping()).toBeGreaterThan(0);
    expect((await shell(agent, 'echo alive')).stdout).toBe('alive\n');
    agent.close();
  });
});

it.each(builds)('ends as an ordinary process when its input ends, $name', async ({ sanitize }) => {
  const local = await startLocalAgent({ sanitize });
  const agent = await local.connect();
  await agent.spawn({ argv: ['sleep', '1000'] });
  local.child.stdin.end();
  expect(await agent.closed).toMatchObject({ code: 'agent_unreachable' });
  expect(await local.ended).toBe(0);
  await local.stop();
});

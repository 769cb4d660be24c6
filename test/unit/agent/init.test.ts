/** The agent as PID 1 of a pid namespace, as it is in a sandbox. */
import { expect, it } from 'vitest';
import { startLocalAgent } from '../../support/local-agent.ts';
import { builds, describeAgent, eventually, shell } from './describe-agent.ts';

describeAgent(
  'as PID 1',
  (subject) => {
    const agent = () => subject().agent;

    it('reaps orphans of any depth', async () => {
      await shell(agent(), '(setsid sh -c "(sleep 0.05 &) ; true" &) ; true');
      await eventually(async () => (await shell(agent(), 'ps -eo pid= | wc -l')).stdout.trim() === '4');
      expect((await shell(agent(), 'ps -eo stat=')).stdout).not.toContain('Z');
    });

    it('signals everything but itself', async () => {
      const loud = await agent().spawn({ argv: ['sh', '-c', 'setsid sleep 1000 & sleep 1000'] });
      await agent().signalAll(9);
      expect(await loud.exited).toEqual({ code: null, signal: 9 });
      expect((await shell(agent(), 'pgrep sleep')).stdout).toBe('');
      await agent().signalAll(9);
    });

    it('hides its descriptors and its memory from root inside', async () => {
      if (subject().sanitized) return;
      // In a sandbox no process has these capabilities; here they are taken away.
      const peek =
        'readlink /proc/1/fd/0 || cat /proc/1/environ || head -c 1 /proc/1/mem || : < /proc/1/fd/0';
      const { code, stdout } = await shell(
        agent(),
        `setpriv --bounding-set=-sys_ptrace,-perfmon,-sys_admin sh -c '${peek}'`,
      );
      expect(stdout).toBe('');
      expect(code).not.toBe(0);
    });
  },
  { asInit: true },
);

it.each(builds)('shuts down in order on request, $name', async ({ sanitize }) => {
  const local = await startLocalAgent({ sanitize, asInit: true });
  const agent = await local.connect();
  const polite = await agent.spawn({
    argv: ['sh', '-c', 'trap "echo bye; exit 5" TERM; echo up; while :; do sleep 0.01; done'],
  });
  const stubborn = await agent.spawn({ argv: ['sh', '-c', 'trap "" TERM; while :; do sleep 0.01; done'] });
  let text = '';
  const reading = (async () => {
    for await (const chunk of polite.output('stdout')) text += chunk.toString();
  })();
  await eventually(() => text === 'up\n');
  const down = agent.shutdown(300);
  await reading;
  expect(text).toBe('up\nbye\n');
  expect(await polite.exited).toEqual({ code: 5, signal: null });
  await down;
  expect(await stubborn.exited).toEqual({ code: null, signal: 9 });
  await local.stop();
  expect(await local.ended).toBe(0);
});

it.each(builds)('ends at once on SIGTERM when nothing runs, $name', async ({ sanitize }) => {
  const local = await startLocalAgent({ sanitize, asInit: true });
  const agent = await local.connect();
  process.kill(local.pid, 'SIGTERM');
  expect(await agent.closed).toMatchObject({ code: 'agent_unreachable' });
  await local.stop();
  expect(await local.ended).toBe(0);
});

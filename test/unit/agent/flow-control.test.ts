/** Loud, silent and many commands at once: none blocks another, and memory stays bounded at both ends. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { describeAgent, run, shell } from './describe-agent.ts';

async function residentKiB(pid: number): Promise<number> {
  return Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

describeAgent('flow control', (subject) => {
  const agent = () => subject().agent;

  it('answers others quickly while a command prints all it can, with bounded memory', {
    timeout: 60_000,
  }, async () => {
    const { local, sanitized } = subject();
    const total = sanitized ? 100_000_000 : 1_000_000_000;
    const before = { agent: await residentKiB(local.pid), node: process.memoryUsage().rss / 1024 };
    const loud = await agent().spawn({ argv: ['/bin/sh', '-c', `yes | head -c ${total}`] });
    let bytes = 0;
    const progress = { over: false };
    const consumed = (async () => {
      for await (const chunk of loud.output('stdout')) bytes += chunk.length;
      progress.over = true;
    })();
    const waits: number[] = [];
    let most = { agent: 0, node: 0 };
    while (!progress.over) {
      const started = performance.now();
      expect((await shell(agent(), 'echo quick')).stdout).toBe('quick\n');
      waits.push(performance.now() - started);
      most = {
        agent: Math.max(most.agent, await residentKiB(local.pid)),
        node: Math.max(most.node, process.memoryUsage().rss / 1024),
      };
    }
    await consumed;
    expect(bytes).toBe(total);
    expect(await loud.exited).toEqual({ code: 0, signal: null });
    waits.sort((a, b) => a - b);
    expect(waits.length).toBeGreaterThan(10);
    expect(waits[Math.floor(waits.length / 2)]).toBeLessThan(150);
    // A sanitizer's own bookkeeping grows with every allocation, so its build says nothing here.
    if (!sanitized) expect(most.agent - before.agent).toBeLessThan(2_048);
    expect(most.node - before.node).toBeLessThan(150 * 1024);
  });

  it('stops a command that nobody reads, alone, and goes on where it stopped', async () => {
    const argv = ['/bin/sh', '-c', 'seq 1 1000000; echo end >&2'];
    const silent = await agent().spawn({ argv });
    await Promise.all(
      Array.from({ length: 20 }, async () => await shell(agent(), 'head -c 1000000 /dev/zero')),
    );
    const state = await shell(agent(), `cat /proc/$(pgrep -g ${silent.pid} seq)/wchan`);
    expect(state.stdout).toContain('pipe_write');
    let expected = 1;
    let rest = '';
    for await (const chunk of silent.output('stdout')) {
      const lines = `${rest}${chunk.toString()}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines)
        if (Number(line) !== expected++) throw new Error(`line ${line}, not ${expected}`);
    }
    expect(expected).toBe(1_000_001);
  });

  it('lets a command go on whose output is given up', async () => {
    const loud = await agent().spawn({
      argv: ['/bin/sh', '-c', 'head -c 20000000 /dev/zero; echo done >&2'],
    });
    for await (const chunk of loud.output('stdout')) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(await loud.exited).toEqual({ code: 0, signal: null });
    for await (const chunk of loud.output('stderr')) expect(chunk.toString()).toBe('done\n');
  });

  it('runs 300 commands at once, none crossed with another', { timeout: 30_000 }, async () => {
    const results = await Promise.all(
      Array.from({ length: 300 }, async (_, index) => {
        const text = `cat; echo ${index} >&2; seq 1 ${index * 20}; exit ${index % 200}`;
        return await run(agent(), { argv: ['/bin/sh', '-c', text] }, `in ${index}\n`);
      }),
    );
    for (const [index, result] of results.entries()) {
      const lines = Array.from({ length: index * 20 }, (_, line) => `${line + 1}\n`).join('');
      expect(result).toEqual({
        code: index % 200,
        signal: null,
        stderr: `${index}\n`,
        stdout: `in ${index}\n${lines}`,
      });
    }
  });

  it('holds 150 streams that nobody reads, and then delivers them all', { timeout: 60_000 }, async () => {
    const count = 150;
    const bytes = 400_000;
    const processes = await Promise.all(
      Array.from({ length: count }, async () => {
        return await agent().spawn({ argv: ['head', '-c', String(bytes), '/dev/zero'] });
      }),
    );
    expect((await shell(agent(), 'echo alive')).stdout).toBe('alive\n');
    const lengths = await Promise.all(
      processes.map(async (one) => {
        let length = 0;
        for await (const chunk of one.output('stdout')) length += chunk.length;
        return length;
      }),
    );
    expect(lengths).toEqual(Array.from({ length: count }, () => bytes));
    for (const one of processes) expect(await one.exited).toEqual({ code: 0, signal: null });
  });
});

/** Measures the agent over local pipes: `npx tsx test/perf/agent.ts`. Prints milliseconds and MB/s. */
import { readFile, stat } from 'node:fs/promises';
import type { AgentConnection } from '../../src/engine/agent/port.ts';
import { startLocalAgent } from '../support/local-agent.ts';

async function sample(count: number, work: () => Promise<unknown>): Promise<string> {
  const times: number[] = [];
  for (let turn = 0; turn < count; turn++) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): string => (times[Math.floor(times.length * share)] ?? 0).toFixed(3);
  return `n=${count} min=${at(0)} p50=${at(0.5)} p95=${at(0.95)} p99=${at(0.99)}`;
}

async function command(agent: AgentConnection, argv: readonly string[]): Promise<number> {
  const process = await agent.spawn({ argv });
  let bytes = 0;
  for await (const chunk of process.output('stdout')) bytes += chunk.length;
  await process.exited;
  return bytes;
}

async function privateKiB(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  return (['Rss', 'Pss', 'Private_Clean', 'Private_Dirty'] as const)
    .map((name) => `${name}=${new RegExp(`${name}:\\s+(\\d+)`).exec(text)?.[1]}`)
    .join(' ');
}

const out = (name: string, text: string): void => void process.stdout.write(`${name.padEnd(24)}${text}\n`);

async function main(): Promise<void> {
  const local = await startLocalAgent({ host: true });
  out('idle memory, KiB', await privateKiB(local.pid));
  out('attach, ms', await sample(200, async () => (await local.connect()).close()));
  const agent = await local.connect();
  out('ping, ms', await sample(2_000, async () => await agent.ping()));
  const path = '/proc/self/oom_score_adj';
  out('rawWrite, ms', await sample(1_000, async () => await agent.rawWrite([{ path, data: '0' }])));
  out('/bin/true, ms', await sample(500, async () => await command(agent, ['/bin/true'])));
  out('sh -c "echo x", ms', await sample(300, async () => await command(agent, ['/bin/sh', '-c', 'echo x'])));
  out('stat, ms', await sample(300, async () => await agent.stat('/etc/passwd')));
  const hundred = async () =>
    await Promise.all(Array.from({ length: 100 }, async () => await command(agent, ['/bin/true'])));
  out('100 x /bin/true, ms', await sample(10, hundred));
  const started = performance.now();
  const bytes = await command(agent, ['head', '-c', '1000000000', '/dev/zero']);
  const seconds = (performance.now() - started) / 1000;
  out('1 GB of stdout', `${seconds.toFixed(2)} s, ${Math.round(bytes / 1e6 / seconds)} MB/s`);
  out('memory afterwards, KiB', await privateKiB(local.pid));
  out('binary, bytes', String((await stat(`dist/guest/thaw-agent-${process.arch}`)).size));
  agent.close();
  await local.stop();
}

await main();

/** preview.*: a small response of a server in a sandbox through the preview proxy, beside a direct connection to the container. */
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../src/clock.ts';
import type { Engine } from '../../../src/engine/options.ts';
import { silentLogger } from '../../../src/log.ts';
import { openPreviewServer } from '../../../src/preview/server.ts';
import { type Finding, type Scenario, samples } from '../scenario.ts';
import type { EngineStage } from '../stages/in-process.ts';
import { percentile } from '../statistics.ts';
import { repeat, time } from '../timing.ts';

const PORT = 3000;
const CONCURRENT = 16;
const READY_MS = 20_000;
const PROGRAM = `require('node:http').createServer((req, res) => res.end('ok')).listen(${PORT})`;

interface Way {
  readonly host: string;
  readonly port: number;
  readonly headers: Readonly<Record<string, string>>;
}

const request = (way: Way, agent: Agent): Promise<void> =>
  new Promise((resolve, reject) => {
    get({ ...way, headers: { ...way.headers }, path: '/', agent }, (response) => {
      response.resume();
      response.once('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`status ${response.statusCode}`)),
      );
    }).once('error', reject);
  });

async function serve(engine: Engine, id: string, signal: AbortSignal): Promise<string> {
  const run = async (command: string): Promise<string> =>
    (await engine.exec.exec(id, { command }, { signal })).stdout.trim();
  await run(`setsid node -e "${PROGRAM}" </dev/null >/dev/null 2>&1 & true`);
  const until = systemClock.monotonic() + READY_MS;
  while (!(await engine.previewTarget.ports(id)).includes(PORT)) {
    if (systemClock.monotonic() > until) throw new Error('The server in the sandbox did not start.');
    await sleep(50, undefined, { signal });
  }
  const addresses = (await run('hostname -i')).split(' ');
  return addresses.find((address) => address.includes('.')) ?? '';
}

/** Requests a second with several under way. */
async function rate(way: Way, count: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENT });
  let left = count;
  const worker = async (): Promise<void> => {
    for (; left > 0; left -= 1) await request(way, agent);
  };
  const ms = await time(() => Promise.all(Array.from({ length: CONCURRENT }, worker)));
  agent.destroy();
  return (count * 1_000) / ms;
}

const middle = (ms: readonly number[]): number =>
  percentile(
    [...ms].sort((a, b) => a - b),
    0.5,
  );

export const preview: Scenario<EngineStage> = {
  names: ['preview.request', 'preview.direct', 'preview.overhead', 'preview.rate', 'preview.direct.rate'],
  async run({ engine }, bench): Promise<readonly Finding[]> {
    const { signal } = bench;
    const { id } = await engine.lifecycle.create({}, { signal });
    const proxy = await openPreviewServer({
      host: '127.0.0.1',
      port: 0,
      domain: 'localhost',
      target: () => engine.previewTarget,
      clock: systemClock,
      log: silentLogger(),
    });
    const agents = [new Agent({ keepAlive: true }), new Agent({ keepAlive: true })] as const;
    try {
      const address = await serve(engine, id, signal);
      const direct: Way = { host: address, port: PORT, headers: {} };
      const through: Way = {
        host: '127.0.0.1',
        port: proxy.base.listenPort,
        headers: {
          host: `${PORT}-${id}.localhost`,
          'x-daytona-preview-token': engine.previewTarget.token(id),
        },
      };
      const n = samples(bench, 1_000, 200);
      const previewMs = await repeat({ n, warmUp: 100, signal }, () => request(through, agents[0]));
      const directMs = await repeat({ n, warmUp: 100, signal }, () => request(direct, agents[1]));
      const count = samples(bench, 5_000, 1_000);
      const figure = { kind: 'figure', unit: 'per second', n: count } as const;
      const note = `requests of ${CONCURRENT} clients, with client and proxy in one process`;
      return [
        { kind: 'times', name: 'preview.request', ms: previewMs },
        { kind: 'times', name: 'preview.direct', ms: directMs },
        {
          kind: 'figure',
          name: 'preview.overhead',
          value: middle(previewMs) - middle(directMs),
          unit: 'ms',
          n,
          note: 'p50 of preview.request less p50 of preview.direct',
        },
        { ...figure, name: 'preview.rate', value: await rate(through, count), note },
        { ...figure, name: 'preview.direct.rate', value: await rate(direct, count), note },
      ];
    } finally {
      for (const agent of agents) agent.destroy();
      await proxy.close();
      await engine.lifecycle.delete(id, { signal });
    }
  },
};

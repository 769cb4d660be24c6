/**
 * Round trips of a trivial tool by every transport and era, beside a bare echo server of the same SDK in the same run,
 * and how many calls a second fifty HTTP clients get done. The tool is sandbox_list of none.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request as httpRequest } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { resolvePaths } from '../../../src/config.ts';
import { fetchStatus } from '../../../src/control/control-client.ts';
import { connectAgent } from '../../../src/quickstart/agent-client.ts';
import { type Finding, type Scenario, samples } from '../scenario.ts';
import type { OwnerStage } from '../stages/owner.ts';
import { percentile } from '../statistics.ts';
import { time } from '../timing.ts';

const CLIENTS = 50;
const WARM_UP = 50;
const MODERN = '2026-07-28';
const echoScript = fileURLToPath(new URL('../bare/echo.ts', import.meta.url));
const echoCommand = (mode: string): readonly string[] => [
  process.execPath,
  '--import',
  'tsx',
  echoScript,
  mode,
];

interface Endpoint {
  readonly port: number;
  readonly key: string;
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

type Call = () => Promise<void>;

interface Answer {
  readonly text: string;
  readonly session: string | undefined;
}

function post(
  agent: Agent,
  { port, key }: Endpoint,
  headers: Readonly<Record<string, string>>,
  message: object,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    const outgoing = httpRequest(
      {
        agent,
        host: '127.0.0.1',
        port,
        path: '/mcp',
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          accept: 'application/json, text/event-stream',
          ...headers,
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
        });
        response.on('error', reject);
        response.on('end', () => {
          const session = response.headers['mcp-session-id'];
          resolve({ text, session: typeof session === 'string' ? session : undefined });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function check({ text }: Answer): void {
  if (!text.includes('"structuredContent"')) throw new Error(`the answer was ${text.slice(0, 200)}`);
}

/** A client of a session, as revisions up to 2025-11-25 have it. */
async function legacyCall(agent: Agent, endpoint: Endpoint): Promise<Call> {
  const params = {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'bench', version: '1' },
  };
  const opened = await post(agent, endpoint, {}, { id: 0, method: 'initialize', params });
  const headers = { 'mcp-session-id': opened.session ?? '', 'mcp-protocol-version': '2025-11-25' };
  await post(agent, endpoint, headers, { method: 'notifications/initialized' });
  let id = 0;
  return async () => {
    id += 1;
    const call = { name: endpoint.tool, arguments: endpoint.arguments };
    check(await post(agent, endpoint, headers, { id, method: 'tools/call', params: call }));
  };
}

function modernCall(agent: Agent, endpoint: Endpoint): Call {
  const headers = { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/call', 'mcp-name': endpoint.tool };
  const params = {
    name: endpoint.tool,
    arguments: endpoint.arguments,
    _meta: {
      'io.modelcontextprotocol/protocolVersion': MODERN,
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  };
  return async () => check(await post(agent, endpoint, headers, { id: 1, method: 'tools/call', params }));
}

/** Calls in turns, so that whatever else the machine does meets both alike. */
async function compare(own: Call, bare: Call, n: number, signal: AbortSignal): Promise<[number[], number[]]> {
  for (let i = 0; i < WARM_UP; i += 1) {
    await own();
    await bare();
  }
  const [ownMs, bareMs]: [number[], number[]] = [[], []];
  while (ownMs.length < n) {
    signal.throwIfAborted();
    ownMs.push(await time(own));
    bareMs.push(await time(bare));
  }
  return [ownMs, bareMs];
}

/** Calls a second that all clients get done together. */
async function rate(calls: readonly Call[], total: number): Promise<number> {
  let left = total;
  const client = async (call: Call): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await call();
    }
  };
  return total / ((await time(() => Promise.all(calls.map(client)))) / 1000);
}

const middle = (ms: readonly number[]): number =>
  percentile(
    [...ms].sort((a, b) => a - b),
    0.5,
  );

function findingsOf(name: string, [own, bare]: readonly [number[], number[]]): Finding[] {
  return [
    { kind: 'times', name: `mcp.${name}`, ms: own },
    { kind: 'times', name: `bare.${name}`, ms: bare },
    {
      kind: 'figure',
      name: `mcp.${name}/bare.${name}`,
      value: middle(own) / middle(bare),
      unit: 'times',
      n: own.length,
      note: `p50 of sandbox_list in Thaw by that of an echo tool in a bare server of the same SDK`,
    },
  ];
}

async function startEcho(): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const [program = '', ...args] = echoCommand('http');
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line]: readonly unknown[] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, port: Number(line) };
}

const transports = ['stdio', 'http2025', 'http2026'];

export const mcpRoundTrip: Scenario<OwnerStage> = {
  names: [
    ...transports.flatMap((name) => [`mcp.${name}`, `bare.${name}`, `mcp.${name}/bare.${name}`]),
    'mcp.http.rate',
    'bare.http.rate',
  ],
  async run(stage, bench) {
    const { signal } = bench;
    const { environment } = stage.relay;
    const http = (await fetchStatus(resolvePaths(undefined, environment).controlSocket))?.http;
    if (typeof http?.keyFile !== 'string') throw new Error('the owner of the benchmark serves no HTTP');
    const key = (await readFile(http.keyFile, 'utf8')).trim();
    const own: Endpoint = {
      port: Number(new URL(http.url).port),
      key,
      tool: 'sandbox_list',
      arguments: {},
    };
    const echo = await startEcho();
    const bare: Endpoint = { port: echo.port, key, tool: 'echo', arguments: { items: [] } };
    const bareStdio = await connectAgent({ command: echoCommand('stdio'), environment });
    const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
    try {
      const n = samples(bench, 1_000, 200);
      const stdio = await compare(
        async () => void (await stage.client.call('sandbox_list', {})),
        async () => void (await bareStdio.call('echo', { items: [] })),
        n,
        signal,
      );
      const http2025 = await compare(await legacyCall(agent, own), await legacyCall(agent, bare), n, signal);
      const http2026 = await compare(modernCall(agent, own), modernCall(agent, bare), n, signal);
      const total = samples(bench, 5_000, 1_000);
      const many = (endpoint: Endpoint): Promise<Call[]> =>
        Promise.all(Array.from({ length: CLIENTS }, () => legacyCall(agent, endpoint)));
      const figure = {
        kind: 'figure',
        unit: 'per second',
        n: total,
        note: `calls of ${CLIENTS} clients with a session each, with all of them in one process`,
      } as const;
      return [
        ...findingsOf('stdio', stdio),
        ...findingsOf('http2025', http2025),
        ...findingsOf('http2026', http2026),
        { ...figure, name: 'mcp.http.rate', value: await rate(await many(own), total) },
        { ...figure, name: 'bare.http.rate', value: await rate(await many(bare), total) },
      ];
    } finally {
      agent.destroy();
      await bareStdio.close();
      const ended = once(echo.child, 'exit');
      echo.child.stdin?.end();
      await ended;
    }
  },
};

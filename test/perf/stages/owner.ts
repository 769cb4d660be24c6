/** An owner process of the benchmark's own with a real MCP client over stdio: what an agent has. */
import { spawn } from 'node:child_process';
import { once as onceEvent } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Environment, resolvePaths } from '../../../src/config.ts';
import { ownerOptionList } from '../../../src/control/owner-options.ts';
import type { OwnerStatus } from '../../../src/control/status.ts';
import { forEachBounded } from '../../../src/engine/bounded.ts';
import { describeEndpoint } from '../../../src/engine/docker/endpoint.ts';
import { type AgentClient, connectAgent } from '../../../src/quickstart/agent-client.ts';
import { awaitFullPool } from '../../../src/quickstart/warm-pool.ts';
import { type Bench, type Closable, once, POOL_SIZE } from '../scenario.ts';
import { removeOwner } from './sweep.ts';

const FULL_DEADLINE_MS = 120_000;

export interface OwnerStage extends Closable {
  readonly client: AgentClient;
  /** What an MCP client spawns, and with which environment. */
  readonly relay: { readonly command: readonly [string, ...string[]]; readonly environment: Environment };
  /** Resolves when the pool is full. */
  readonly full: () => Promise<void>;
  readonly status: () => Promise<OwnerStatus>;
  /** Deletes sandboxes and waits for the pool, for after a measurement. */
  clear(sandboxes: readonly string[]): Promise<void>;
}

/** The environment with no setting of Thaw but those of the benchmark. */
function ownerEnvironment(bench: Bench, stateDir: string): Environment {
  const own = new Set<string>(ownerOptionList.map(({ variable }) => variable));
  const others = Object.entries(bench.environment).filter(([name]) => !own.has(name));
  return {
    ...Object.fromEntries(others),
    THAW_BACKEND: 'embedded',
    THAW_STATE_DIR: stateDir,
    THAW_DOCKER_HOST: describeEndpoint(bench.endpoint),
    THAW_DEFAULT_IMAGE: bench.image,
    THAW_POOL_TARGET: String(POOL_SIZE),
    THAW_MAX_SANDBOXES: '1000',
    // Should the benchmark itself be killed, its owner ends soon.
    THAW_IDLE_MINUTES: '2',
    THAW_LOG_LEVEL: 'warn',
  };
}

async function stopOwner(bench: Bench, environment: Environment): Promise<void> {
  const [program, script] = bench.thaw;
  const child = spawn(program, [script, 'stop'], {
    env: { ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [status]: readonly unknown[] = await onceEvent(child, 'exit');
  if (status !== 0) throw new Error(`thaw stop ended with status ${String(status)}`);
}

export async function openOwnerStage(bench: Bench): Promise<OwnerStage> {
  const stateDir = await mkdtemp(join(tmpdir(), 'thaw-bench-'));
  const environment = ownerEnvironment(bench, stateDir);
  const { controlSocket } = resolvePaths(undefined, environment);
  const command = [...bench.thaw, 'mcp'] as const;
  let client: AgentClient | null = null;
  const close = once(async () => {
    await client?.close();
    await stopOwner(bench, environment);
    await removeOwner(bench.docker, stateDir);
  });
  bench.cleanup.add('stopping the owner of the benchmark', close);
  const connected = await connectAgent({ command, environment });
  client = connected;
  const status = (): Promise<OwnerStatus> =>
    awaitFullPool({ controlSocket, deadlineMs: FULL_DEADLINE_MS, signal: bench.signal });
  const full = async (): Promise<void> => {
    await status();
  };
  await full();
  return {
    client: connected,
    relay: { command, environment },
    full,
    status,
    async clear(sandboxes) {
      await forEachBounded(sandboxes, async (sandbox) => {
        await connected.call('sandbox_delete', { sandbox });
      });
      await full();
    },
    close,
  };
}

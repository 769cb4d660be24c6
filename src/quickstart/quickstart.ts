/** `npm run quickstart`: engine, default snapshot, owner, an agent's session with its timings, and what to paste where. */
import { type Environment, resolvePaths } from '../config.ts';
import { randomHex } from '../ids.ts';
import type { Host } from '../setup/host.ts';
import { prepare } from '../setup/prepare.ts';
import { lineProgress } from '../setup/progress.ts';
import { type AgentClient, connectAgent } from './agent-client.ts';
import { STEPS_UNTIL_RESULT } from './agent-steps.ts';
import type { Cleanup } from './cleanup.ts';
import { clientLines } from './client-lines.ts';
import { PlainDocker } from './plain-docker.ts';
import { QUICKSTART_LABEL, ROUNDS, timeSessions } from './session.ts';
import { timelineLines } from './timeline.ts';
import { awaitFullPool } from './warm-pool.ts';

/** The owner may have to start the helper and fill its pool on a slow machine. */
const OWNER_DEADLINE_MS = 120_000;
const REFILL_DEADLINE_MS = 60_000;

export interface QuickstartOptions {
  readonly host: Host;
  readonly environment: Environment;
  /** The program and first arguments of the command line. */
  readonly thaw: readonly [string, string];
  readonly write: (line: string) => void;
  readonly signal: AbortSignal;
  readonly cleanup: Cleanup;
}

/** Deletes what a session left behind. Works without the session's own connection, which Ctrl-C ends as well. */
async function deleteSandboxes(connect: () => Promise<AgentClient>, run: string): Promise<void> {
  const agent = await connect();
  try {
    const { value } = await agent.call('sandbox_list', { labels: { [QUICKSTART_LABEL]: run } });
    const items: readonly unknown[] = Array.isArray(value['items']) ? value['items'] : [];
    for (const item of items) {
      if (typeof item === 'object' && item !== null && 'id' in item) {
        await agent.call('sandbox_delete', { sandbox: item.id });
      }
    }
  } finally {
    await agent.close();
  }
}

/** Throws ThawError, PoolWaitError, StepFailed, or the abort's reason; each message is for people. */
export async function quickstart(options: QuickstartOptions): Promise<void> {
  const { host, environment, thaw, write, signal, cleanup } = options;
  const progress = lineProgress(write);
  const paths = resolvePaths(undefined, environment);

  write('1. Docker Engine, default snapshot, guest agent');
  const prepared = await prepare({ host, install: true }, progress);
  signal.throwIfAborted();
  write(`Default snapshot: ${prepared.snapshot.image}`);

  write('\n2. Owner of the sandboxes and its warm pool');
  // Whatever API there are credentials for: this is about the engine of this machine.
  const embedded = { ...environment, THAW_BACKEND: 'embedded' };
  const connect = (): Promise<AgentClient> =>
    connectAgent({ command: [...thaw, 'mcp'], environment: embedded });
  const agent = await progress.step('Connecting an MCP client over stdio (node dist/thaw.mjs mcp)', connect);
  cleanup.add('closing the MCP client', () => agent.close());
  const pool = { controlSocket: paths.controlSocket, signal };
  const status = await progress.step('Waiting until the warm pool is full', (detail) =>
    awaitFullPool({ ...pool, deadlineMs: OWNER_DEADLINE_MS, onWait: detail }),
  );
  write(
    `Owner: pid ${status.pid}, ${status.engine?.pool.parked ?? 0} containers parked, so the creates below are warm.`,
  );

  write(`\n3. An agent's session; the server offers ${(await agent.tools()).length} tools`);
  const run = randomHex(4);
  const docker = new PlainDocker(prepared.endpoint, `${QUICKSTART_LABEL}.docker.${run}`);
  cleanup.add('removing the containers of the comparison', async () => {
    await docker.removeAll();
    docker.close();
  });
  let finished = false;
  cleanup.add('deleting the sandboxes of the session', async () => {
    if (!finished) await deleteSandboxes(connect, run);
  });
  const warm = async (): Promise<void> => {
    await awaitFullPool({ ...pool, deadlineMs: REFILL_DEADLINE_MS });
  };
  const rows = await timeSessions({
    agent,
    docker,
    image: prepared.snapshot.image,
    run,
    write,
    signal,
    warm,
  });
  finished = true;

  write(`\n4. Timeline: medians of ${ROUNDS} runs each, measured now, from call to answer`);
  for (const line of timelineLines(rows, STEPS_UNTIL_RESULT)) write(`  ${line}`);
  write('  (Plain Docker is measured at the Engine API; the docker command line takes longer.)');

  for (const line of clientLines(thaw, environment)) write(line);
  write(`\nThe owner goes on so that the first create of your client is warm; it ends by itself when idle.`);
  write(`Stop it with: ${thaw.join(' ')} stop`);
}

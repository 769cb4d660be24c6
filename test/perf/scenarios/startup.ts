/** mcp.startup and node.startup: what an MCP client waits for when it spawns Thaw with the owner running, beside a bare Node. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Environment } from '../../../src/config.ts';
import { type Scenario, samples } from '../scenario.ts';
import type { OwnerStage } from '../stages/owner.ts';
import { time } from '../timing.ts';

const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
});

/** From the spawn to the reply; the end of the process is waited for and not counted. */
async function startRelay(
  [program, ...args]: readonly [string, ...string[]],
  env: Environment,
): Promise<number> {
  const ended: { promise: Promise<unknown> | null } = { promise: null };
  const ms = await time(async () => {
    const child = spawn(program, args, { env: { ...env }, stdio: ['pipe', 'pipe', 'inherit'] });
    ended.promise = once(child, 'exit');
    child.stdin.write(`${INITIALIZE}\n`);
    const [line]: readonly unknown[] = await Promise.race([
      once(createInterface({ input: child.stdout }), 'line'),
      once(child, 'exit'),
    ]);
    if (typeof line !== 'string' || !line.includes('"protocolVersion"'))
      throw new Error(`The reply was ${String(line)}`);
    child.stdin.end();
  });
  await ended.promise;
  return ms;
}

/** From the spawn to the end of `node -e 0`. */
const startNode = (program: string): Promise<number> =>
  time(async () => void (await once(spawn(program, ['-e', '0'], { stdio: 'inherit' }), 'exit')));

export const startup: Scenario<OwnerStage> = {
  names: ['mcp.startup', 'node.startup'],
  async run({ relay: { command, environment } }, bench) {
    const [mcp, node]: [number[], number[]] = [[], []];
    const n = samples(bench, 100, 20);
    // In turns, so that whatever else the machine does meets both alike.
    while (mcp.length < n) {
      bench.signal.throwIfAborted();
      mcp.push(await startRelay(command, environment));
      node.push(await startNode(command[0]));
    }
    return [
      { kind: 'times', name: 'mcp.startup', ms: mcp },
      { kind: 'times', name: 'node.startup', ms: node },
    ];
  },
};

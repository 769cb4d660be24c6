/** Whether a sandbox's own rules refuse what it sends. */
import { expect } from 'vitest';
import type { Engine } from '../../src/engine/options.ts';
import { call } from './open-engine.ts';

/** `networkBlockAll` is in the record of the sandbox and in force in its network. */
export async function expectBlocked(engine: Engine, sandbox: string): Promise<void> {
  expect(await engine.lifecycle.get(sandbox, call())).toMatchObject({ networkBlockAll: true });
  // Refused by its own rules at once, not by the network in between: that is EHOSTUNREACH or ENETUNREACH, or silence.
  const command = 'timeout 5 bash -c "exec 3<>/dev/tcp/192.0.9.1/80"';
  const { exitCode, stderr } = await engine.exec.exec(sandbox, { command }, call());
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining('Connection refused')]);
}

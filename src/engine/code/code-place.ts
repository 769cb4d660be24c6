/** Where code runs in a sandbox, and that it counts as activity. */
import type { EngineContext } from '../context.ts';
import { startDirectory } from '../exec/start-directory.ts';
import { requireGuest } from '../lifecycle/supervise.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import type { CodePlace } from './launch.ts';

/** As the sandbox's user, with its environment. Throws as `requireGuest`. */
export async function placeOf(
  context: EngineContext,
  sandbox: ManagedSandbox,
  {
    cwd,
    env = {},
  }: { readonly cwd?: string | undefined; readonly env?: Readonly<Record<string, string>> | undefined },
): Promise<CodePlace> {
  const { agent } = await requireGuest(context, sandbox);
  const { record } = sandbox;
  return {
    agent,
    user: record.user,
    env: { ...record.env, ...env },
    cwd: startDirectory(context, record, record.user, cwd),
  };
}

/** A sandbox with code at work in it is not idle. */
export async function atWork<T>(
  { registry }: Pick<EngineContext, 'registry'>,
  sandbox: ManagedSandbox,
  work: () => Promise<T>,
): Promise<T> {
  sandbox.runningCommands += 1;
  registry.touch(sandbox);
  try {
    return await work();
  } finally {
    sandbox.runningCommands -= 1;
    registry.touch(sandbox);
  }
}

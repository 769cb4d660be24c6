/** A command that somebody waited for becomes one that goes on by itself. */
import { setImmediate } from 'node:timers/promises';
import type { AgentConnection, GuestProcess } from '../agent/port.ts';
import type { EngineContext } from '../context.ts';
import { newExecId } from '../jobs/exec-id.ts';
import { aboutJob } from '../jobs/job-operations.ts';
import { encodeFrames, expectHandover, launchForHandover } from '../jobs/launch.ts';
import { jobDirectory } from '../jobs/places.ts';
import { retainJobs } from '../jobs/retain.ts';
import { countAsWork } from '../jobs/watch.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import type { CollectedOutput } from './collected-output.ts';

export interface RunningCommand {
  readonly agent: AgentConnection;
  readonly process: GuestProcess;
  readonly command: string;
  readonly output: CollectedOutput;
  /** What is left of its time limit; null for none. */
  readonly leftMs: number | null;
}

/**
 * The execId under which it goes on, with all of its output. Null when it stays what it was: it has ended, or the sandbox
 * cannot take one more process or file; its output is delivered as ever then.
 */
export async function handOver(
  context: EngineContext,
  sandbox: ManagedSandbox,
  { agent, process, command, output, leftMs }: RunningCommand,
): Promise<string | null> {
  const execId = newExecId(sandbox.record);
  const directory = jobDirectory(execId);
  process.hold();
  try {
    // What was delivered before the hold is still on its way through the loops that read it.
    await setImmediate();
    const spec = { directory, about: aboutJob(sandbox, execId, command), timeoutMs: leftMs };
    const supervisor = await launchForHandover({ agent }, spec, encodeFrames(output.takeHeld()));
    if (!(await process.handOver(directory))) {
      supervisor.kill();
      await agent.remove(directory, { recursive: true });
      return null;
    }
    await expectHandover(supervisor);
    countAsWork(context, sandbox, supervisor.over);
    retainJobs(context, sandbox);
    return execId;
  } catch (error) {
    context.log.warn({ err: error, sandbox: sandbox.record.name }, 'a command could not be handed over');
    process.resume();
    return null;
  }
}

/** Runs the agent's job programs in a sandbox, as root: what they keep is nobody else's. */
import { ThawError } from '../../errors.ts';
import { withDeadline } from '../agent/deferred.ts';
import type { AgentConnection, GuestProcess } from '../agent/port.ts';
import { AGENT_PATH } from '../guest/agent-volume.ts';

const SIGKILL = 9;
/** What a program answers that does not know what it is asked for. */
const USAGE = 2;

/** Where the programs are, and how they are reached. */
export interface JobHost {
  readonly agent: AgentConnection;
  /** Default: where sandboxes have the agent. */
  readonly program?: string;
}

/** Throws `unsupported` where there is no agent. */
export function requirePrograms(agent: AgentConnection): void {
  if (agent.info.protocolVersion > 0) return;
  throw new ThawError('unsupported', 'Commands in the background need the guest agent, and there is none.', {
    next: 'Run `thaw doctor` on the host to see how to get it, or start the command with nohup and & in sandbox_exec.',
  });
}

const tooOld = (): ThawError =>
  new ThawError('unsupported', 'This sandbox runs the guest agent of an older release.', {
    next: 'Stop the sandbox and start it again, then call again.',
  });

/** A program that runs until its input ends, at the latest. `user` is root. */
export async function startProgram(
  { agent, program = AGENT_PATH }: JobHost,
  args: readonly string[],
): Promise<GuestProcess> {
  requirePrograms(agent);
  return await agent.spawn({ argv: [program, ...args], cwd: '/', stdin: true });
}

/** Everything that a program prints, at most `maxBytes`. Throws `timeout`, `cancelled`, and what the connection throws. */
export async function runProgram(
  host: JobHost,
  args: readonly string[],
  options: {
    readonly maxBytes: number;
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
    readonly input?: Buffer;
  },
): Promise<{ readonly code: number | null; readonly output: Buffer }> {
  const process = await startProgram(host, args);
  const chunks: Buffer[] = [];
  const run = async (): Promise<number | null> => {
    let left = options.maxBytes;
    if (options.input !== undefined) {
      await process.write(options.input);
      process.closeStdin();
    }
    for await (const chunk of process.output('stdout')) {
      left -= chunk.length;
      if (left < 0) throw new ThawError('agent_protocol', 'The sandbox says more than it was asked.');
      chunks.push(chunk);
    }
    return (await process.exited).code;
  };
  try {
    const code = await withDeadline(
      run(),
      options.timeoutMs,
      () => new ThawError('timeout', 'The sandbox did not answer in time.'),
      { signal: options.signal, onAbort: () => new ThawError('cancelled', 'The call was cancelled.') },
    );
    if (code === USAGE) throw tooOld();
    return { code, output: Buffer.concat(chunks) };
  } catch (error) {
    process.signal(SIGKILL);
    throw error;
  }
}

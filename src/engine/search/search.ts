/** Searches the files of a running sandbox with the agent's own program, as the sandbox's user, in bounded time and space. */
import type { SearchFiles, SearchResult } from '../../../schemas/search.ts';
import type { CallContext } from '../../backend/port.ts';
import { ThawError } from '../../errors.ts';
import type { GuestProcess } from '../agent/port.ts';
import type { EngineContext } from '../context.ts';
import { startDirectory } from '../exec/start-directory.ts';
import { requireGuest } from '../lifecycle/supervise.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { SEARCH_SECONDS, searchCommand } from './command.ts';
import { readRecords } from './records.ts';

/** One line of one file may take the guest's regular expressions for ever; the program cannot look at the time then. */
const DEADLINE_MS = (SEARCH_SECONDS + 3) * 1000;
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;
const SIGKILL = 9;

interface Printed {
  readonly output: Buffer;
  readonly cutBy: 'time' | 'size' | null;
}

/** What it prints until its end, the deadline, or more than anybody reads. */
async function collect(process: GuestProcess, signal: AbortSignal): Promise<Printed> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let cutBy: Printed['cutBy'] = null;
  const end = (): void => process.signal(SIGKILL);
  const timer = setTimeout(() => {
    cutBy ??= 'time';
    end();
  }, DEADLINE_MS);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    for await (const chunk of process.output('stdout')) {
      chunks.push(chunk.subarray(0, MAX_OUTPUT_BYTES - bytes));
      bytes += chunk.length;
      if (bytes <= MAX_OUTPUT_BYTES) continue;
      cutBy ??= 'size';
      end();
      break;
    }
    await process.exited;
    if (signal.aborted) throw new ThawError('cancelled', 'The search was cancelled.');
    return { output: Buffer.concat(chunks), cutBy };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}

/** Throws `unsupported` where there is no agent, `invalid_argument` for a bad pattern, `file_not_found` for a bad root. */
export async function searchSandbox(
  context: EngineContext,
  sandbox: ManagedSandbox,
  request: SearchFiles,
  { signal }: CallContext,
): Promise<SearchResult> {
  const argv = searchCommand(request);
  const { agent } = await requireGuest(context, sandbox);
  if (context.volume === null) {
    throw new ThawError(
      'unsupported',
      'Searching needs the guest agent, and this sandbox runs without one.',
      {
        next: 'Use sandbox_exec with find or grep, or run `thaw doctor` on the host to see how to get the agent.',
      },
    );
  }
  const { record } = sandbox;
  context.registry.touch(sandbox);
  const cwd = startDirectory(context, record, record.user);
  const process = await agent.spawn({ argv, user: record.user, ...(cwd === undefined ? {} : { cwd }) });
  const { output, cutBy } = await collect(process, signal);
  context.registry.touch(sandbox);
  return readRecords(output, {
    path: request.path ?? '.',
    names: request.content === undefined,
    cutBy,
  });
}

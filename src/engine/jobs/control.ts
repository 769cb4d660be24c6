/** Input and signals for a job that runs. */
import { ThawError } from '../../errors.ts';
import { describeErrno } from '../agent/errno.ts';
import { type JobHost, runProgram } from './program.ts';

const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 100;
const errno = { again: 11, brokenPipe: 32, noProcess: 3 } as const;

async function send(
  host: JobHost,
  args: readonly string[],
  signal: AbortSignal,
  input?: Buffer,
): Promise<{ readonly error: number; readonly accepted: number }> {
  const limits = { maxBytes: MAX_ANSWER_BYTES, timeoutMs: TIMEOUT_MS, signal };
  const { output } = await runProgram(host, ['job-send', ...args], {
    ...limits,
    ...(input === undefined ? {} : { input }),
  });
  const [, error, accepted] = /^(\d{1,5}) (\d{1,15})\n$/.exec(output.toString('latin1')) ?? [];
  if (error === undefined) throw new ThawError('agent_protocol', 'The command cannot be reached.');
  return { error: Number(error), accepted: Number(accepted) };
}

const refused = (code: number): ThawError =>
  new ThawError('engine_error', `The command cannot be reached: ${describeErrno(code)}.`);

/** Throws `command_ended` when nobody reads it any more, and `capacity` when too much waits to be read. */
export async function sendInput(
  host: JobHost,
  directory: string,
  { data, close }: { readonly data: Buffer; readonly close: boolean },
  signal: AbortSignal,
): Promise<void> {
  const what = data.length === 0 ? 'close' : close ? 'input-close' : 'input';
  if (data.length === 0 && !close) return;
  const { error, accepted } = await send(host, [directory, what], signal, data);
  if (error === errno.again) {
    throw new ThawError(
      'capacity',
      `The command does not read its input; ${accepted} bytes of this were taken.`,
      {
        next: 'See with sandbox_exec_output what it waits for.',
        context: { acceptedBytes: accepted },
      },
    );
  }
  if (error === errno.brokenPipe || error === errno.noProcess) {
    throw new ThawError('command_ended', 'Nothing reads the input of the command any more.', {
      context: { acceptedBytes: accepted },
    });
  }
  if (error !== 0) throw refused(error);
}

/** To the process group, and SIGKILL after the grace; null for none. A command that ended is no error. */
export async function sendSignal(
  host: JobHost,
  directory: string,
  number: number,
  graceMs: number | null,
  signal: AbortSignal,
): Promise<void> {
  const grace = graceMs === null ? '-1' : String(Math.round(graceMs));
  const { error } = await send(host, [directory, 'signal', String(number), grace], signal);
  if (error !== 0 && error !== errno.noProcess) throw refused(error);
}

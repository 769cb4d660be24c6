/** Runs the sandbox's own git as its user, never asking anybody, in English, and says what its failures mean. */
import type { CallContext } from '../../backend/port.ts';
import { isThawError, ThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import { type ProgramResult, runProgram } from '../exec/run-program.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import type { WithCredentials } from './credentials.ts';
import { gitFailure } from './failure.ts';

export const LOCAL_MS = 60_000;
export const TRANSFER_MS = 600_000;
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;

const environment = {
  LC_ALL: 'C',
  LANGUAGE: '',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
  SSH_ASKPASS: '',
  GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
  GIT_PAGER: 'cat',
  GIT_EDITOR: 'true',
  // A path is a path, whatever it looks like.
  GIT_LITERAL_PATHSPECS: '1',
};

export interface GitRun {
  readonly arguments: readonly string[];
  /** The repository; none for what needs none. */
  readonly path?: string | undefined;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly credentials?: WithCredentials;
  readonly timeoutMs?: number;
}

export interface Git {
  /** Its standard output. Throws for an exit status that is not 0. */
  run(run: GitRun): Promise<string>;
  /** Null when it exits with 1, as questions do that are answered by no. Throws for others. */
  ask(run: GitRun): Promise<string | null>;
}

export function gitOf(context: EngineContext, sandbox: ManagedSandbox, call: CallContext): Git {
  const execute = async (run: GitRun): Promise<ProgramResult> => {
    const { path, stdin, credentials, timeoutMs = LOCAL_MS } = run;
    const place = path === undefined ? [] : ['-C', path];
    const program = {
      argv: ['git', ...place, ...(credentials?.options ?? []), ...run.arguments],
      env: { ...environment, ...credentials?.env, ...run.env },
      timeoutMs,
      maxOutputBytes: MAX_OUTPUT_BYTES,
      ...(stdin === undefined ? {} : { stdin }),
    };
    try {
      return await runProgram(context, sandbox, program, call);
    } catch (error) {
      if (!isThawError(error, 'command_not_started') || error.context['step'] !== 'exec') throw error;
      throw new ThawError('runtime_missing', 'There is no git in this sandbox.', { cause: error });
    }
  };
  const failure = ({ stdout, stderr }: ProgramResult, { credentials }: GitRun): ThawError =>
    gitFailure(`${stderr}\n${stdout}`, credentials?.secrets);
  const output = ({ stdout, truncated }: ProgramResult): string => {
    if (truncated)
      throw new ThawError('file_too_large', 'git answers more than is taken.', {
        next: 'Ask for less, or run git as a command.',
      });
    return stdout;
  };
  return {
    async run(run) {
      const result = await execute(run);
      if (result.exit.code !== 0) throw failure(result, run);
      return output(result);
    },
    async ask(run) {
      const result = await execute(run);
      if (result.exit.code === 1) return null;
      if (result.exit.code !== 0) throw failure(result, run);
      return output(result);
    },
  };
}

/**
 * The exec group of the port over the toolbox, one request a command. Daytona's toolbox mixes the two outputs of a
 * command and keeps nothing of one that is killed at its limit; a Thaw server tells them apart.
 */
import { z } from 'zod';
import { DEFAULT_WAIT_SECONDS, type ExecRequest, type ExecResult } from '../../../schemas/exec.ts';
import type { JobOperations } from '../../backend/jobs.ts';
import type { CallContext, ExecOperations } from '../../backend/port.ts';
import { OutputCapture } from '../../content/output-capture.ts';
import { isThawError, ThawError } from '../../errors.ts';
import { cleanText } from '../clean-text.ts';
import type { RemoteContext } from '../context.ts';
import { callToolbox } from './call.ts';
import { execAsJob, mayOutlast } from './exec-job.ts';
import { quote } from './quote.ts';

const DEFAULT_OUTPUT_BYTES = 20_000;
/** What the server may take beyond the limit of the command itself. */
const GRACE_MS = 10_000;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** The kernel's bound for one word of a command line, with room for quotes. */
const MAX_WORD_BYTES = 100_000;

const WireResult = z.looseObject({
  exitCode: z.number().int(),
  result: z.string(),
  // Of a Thaw server, beside the API's own.
  stdout: z.string().optional().catch(undefined),
  stderr: z.string().optional().catch(undefined),
});

/** The toolbox has no input and no user. Throws `unsupported_by_backend` for what cannot be done without them. */
function toCommand({ command, stdin, user }: ExecRequest): string {
  if (user !== undefined) {
    throw new ThawError(
      'unsupported_by_backend',
      "user: the Daytona API runs commands as the sandbox's own user.",
      {
        next: 'Leave user out, or put `sudo -n -u USER` in front of the command.',
      },
    );
  }
  if (stdin === undefined) return command;
  if (Buffer.byteLength(command) > MAX_WORD_BYTES) {
    throw new ThawError(
      'unsupported_by_backend',
      'stdin: cannot be given to a command as long as this one.',
      {
        next: 'Write the command into a file with sandbox_write_file and run that.',
      },
    );
  }
  const input = Buffer.from(stdin, 'utf8').toString('base64');
  const shell = '"$(command -v bash || command -v sh)"';
  // The input comes by a here-document: no bound of the command line holds for it.
  return `base64 -d <<'THAW_INPUT' | ${shell} -c ${quote(command)}\n${input}\nTHAW_INPUT\n`;
}

function cut(text: string, maxBytes: number) {
  const capture = new OutputCapture(maxBytes);
  capture.add(Buffer.from(text, 'utf8'));
  return capture.result();
}

const timedOut = (durationMs: number): ExecResult => ({
  status: 'timed_out',
  exitCode: null,
  signal: 'SIGKILL',
  stdout: '',
  stderr: '',
  stdoutBytes: 0,
  stderrBytes: 0,
  truncated: false,
  durationMs,
});

export function execOperations(remote: RemoteContext, jobs: JobOperations): ExecOperations {
  const { clock, settings } = remote.api;
  return {
    async exec(sandbox: string, request: ExecRequest, context: CallContext): Promise<ExecResult> {
      const { cwd, env, maxOutputBytes = DEFAULT_OUTPUT_BYTES, waitSeconds = DEFAULT_WAIT_SECONDS } = request;
      if (mayOutlast(request)) return execAsJob(jobs, clock, sandbox, request, maxOutputBytes, context);
      // A command in one request cannot be left running: it ends when the call does.
      const { timeoutSeconds = waitSeconds } = request;
      const command = toCommand(request);
      const startedMs = clock.monotonic();
      const duration = (): number => Math.round((clock.monotonic() - startedMs) * 1000) / 1000;
      // Whole seconds are all that the toolbox knows.
      const json = {
        command,
        timeout: Math.ceil(timeoutSeconds),
        ...(cwd === undefined ? {} : { cwd }),
        ...(env === undefined ? {} : { envs: env }),
      };
      const asked = {
        method: 'POST',
        path: '/process/execute',
        json,
        timeoutMs: Math.ceil(timeoutSeconds) * 1000 + GRACE_MS,
        maxBytes: MAX_ANSWER_BYTES,
      };
      let value: z.output<typeof WireResult>;
      try {
        ({ value } = await callToolbox(remote, sandbox, asked, WireResult, context));
      } catch (error) {
        if (isThawError(error, 'timeout') && typeof error.context['status'] === 'number')
          return timedOut(duration());
        throw error;
      }
      if (value.exitCode < 0) {
        const why = cleanText(value.result, [settings.token]);
        throw new ThawError('command_not_started', `The command could not be started: ${why}`);
      }
      const merged = value.stdout === undefined || value.stderr === undefined;
      const out = cut(value.stdout ?? value.result, maxOutputBytes);
      const err = cut(merged ? '' : (value.stderr ?? ''), maxOutputBytes);
      return {
        status: 'exited',
        exitCode: value.exitCode,
        signal: null,
        stdout: out.text,
        stderr: err.text,
        stdoutBytes: out.totalBytes,
        stderrBytes: err.totalBytes,
        truncated: out.truncated || err.truncated,
        durationMs: duration(),
        ...(merged ? { outputMerged: true } : {}),
      };
    },
  };
}

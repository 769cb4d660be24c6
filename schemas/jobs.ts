/** Commands that go on after the call that started them, and what they print. */
import { z } from 'zod';
import { ExecRequest, MAX_COMMAND_SECONDS } from './exec.ts';
import { Timestamp } from './timestamp.ts';

export const MAX_OUTPUT_WAIT_SECONDS = 45;
export const MAX_JOB_INPUT_BYTES = 1_000_000;

/** The bounds are the reader's: what one answer carries. */
const DEFAULT_READ_BYTES = 20_000;
const MAX_READ_BYTES = 1_000_000;

export const ExecId = z
  .string()
  .regex(/^exec-[0-9]{1,10}-[0-9a-f]{16}$/, 'must be an execId as sandbox_exec answers it')
  .describe('As sandbox_exec answered');

/** `lost`: the sandbox was stopped, or what kept the command's output was killed, before the command ended. */
export const jobStatuses = ['running', 'exited', 'timed_out', 'killed', 'lost'] as const;

export const Job = z.object({
  execId: z.string(),
  /** The first 1000 characters. */
  command: z.string(),
  status: z.enum(jobStatuses),
  exitCode: z.number().int().nullable(),
  signal: z.string().nullable(),
  startedAt: Timestamp,
  endedAt: Timestamp.nullable(),
  stdoutBytes: z.number().int(),
  stderrBytes: z.number().int(),
});
export type Job = z.infer<typeof Job>;

/** As for a command that is waited for; `stdin` is what it finds there first, and more may follow. */
export const StartJob = z.object({
  command: ExecRequest.shape.command,
  cwd: ExecRequest.shape.cwd,
  env: ExecRequest.shape.env,
  user: ExecRequest.shape.user,
  stdin: ExecRequest.shape.stdin,
  timeoutSeconds: z.number().positive().max(MAX_COMMAND_SECONDS).optional(),
});
export type StartJob = z.infer<typeof StartJob>;

export const ReadJob = z.strictObject({
  cursor: z.number().int().min(0).optional().describe('nextCursor of the last answer; default 0'),
  tailBytes: z.number().int().min(1).max(MAX_READ_BYTES).optional().describe('In place of cursor'),
  maxBytes: z.number().int().min(1).max(MAX_READ_BYTES).optional().describe(`Default ${DEFAULT_READ_BYTES}`),
  stream: z.enum(['both', 'stdout', 'stderr']).optional().describe('Default both, in order'),
  waitSeconds: z
    .number()
    .min(0)
    .max(MAX_OUTPUT_WAIT_SECONDS)
    .optional()
    .describe('For new output or the end; default 0'),
});
export type ReadJob = z.infer<typeof ReadJob>;

export const OutputEncoding = z
  .enum(['utf8', 'base64'])
  .optional()
  .describe('Default utf8, without control sequences');

/** What a tool answers of a part of the output. */
export const JobText = Job.omit({ command: true }).extend({
  output: z.string(),
  encoding: z.enum(['utf8', 'base64']),
  cursor: z.number().int().describe('where output begins'),
  nextCursor: z.number().int(),
  bytesLeft: z.number().int().describe('printed by now, behind nextCursor'),
  droppedBytes: z.number().int().describe('asked for, but no longer kept'),
});
export type JobText = z.infer<typeof JobText>;

export const JobList = z.object({ items: z.array(Job) });

export const readBytes = ({ maxBytes, tailBytes }: Pick<ReadJob, 'maxBytes' | 'tailBytes'>): number =>
  maxBytes ?? tailBytes ?? DEFAULT_READ_BYTES;

export const InputJob = z.strictObject({
  data: z.string().max(MAX_JOB_INPUT_BYTES).optional(),
  encoding: z.enum(['utf8', 'base64']).optional().describe('Of data; default utf8'),
  close: z.boolean().optional().describe('End stdin after data'),
});
export type InputJob = z.infer<typeof InputJob>;

export const stopSignals = ['TERM', 'INT', 'HUP', 'QUIT', 'USR1', 'USR2', 'KILL'] as const;

export const StopJob = z.strictObject({
  signal: z.enum(stopSignals).optional().describe('To the process group; default TERM'),
  graceSeconds: z
    .number()
    .min(0)
    .max(30)
    .optional()
    .describe('Then KILL; default 5; not after USR1 and USR2'),
});
export type StopJob = z.infer<typeof StopJob>;

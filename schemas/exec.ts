/** Running a command, and what came of it. */
import { z } from 'zod';
import { EnvironmentVariables } from './create-sandbox.ts';

export const MAX_WAIT_SECONDS = 45;
export const DEFAULT_WAIT_SECONDS = 30;
/** Of a command that goes on after its call: a week. */
export const MAX_COMMAND_SECONDS = 604_800;

export const ExecRequest = z.strictObject({
  command: z
    .string()
    .min(1)
    .max(1_000_000)
    .refine((text) => text.trim() !== '', 'command cannot be empty or whitespace-only')
    .refine((text) => !text.includes('\0'), 'must not contain NUL')
    .describe('Shell text'),
  cwd: z.string().min(1).max(4096).optional().describe("Default: the template's or home"),
  env: EnvironmentVariables.optional(),
  user: z.string().min(1).max(32).optional().describe('root may install packages'),
  stdin: z.string().max(10_000_000).optional(),
  background: z.boolean().optional().describe('Answer at once with an execId; stdin stays open'),
  waitSeconds: z
    .number()
    .min(0)
    .max(MAX_WAIT_SECONDS)
    .optional()
    .describe(`Default ${DEFAULT_WAIT_SECONDS}; then status is running`),
  timeoutSeconds: z
    .number()
    .positive()
    .max(MAX_COMMAND_SECONDS)
    .optional()
    .describe('Kills the process group; default none'),
  maxOutputBytes: z.number().int().min(0).max(1_000_000).optional().describe('Per stream; default 20000'),
});
export type ExecRequest = z.infer<typeof ExecRequest>;

export const ExecResult = z.object({
  status: z.enum(['exited', 'timed_out', 'killed', 'running', 'lost']),
  execId: z.string().optional().describe('Of what runs on, or has more output: for sandbox_exec_output'),
  exitCode: z.number().int().nullable().describe('null unless exited'),
  signal: z.string().nullable().describe('what killed it'),
  stdout: z.string(),
  stderr: z.string(),
  stdoutBytes: z.number().int(),
  stderrBytes: z.number().int(),
  truncated: z.boolean(),
  outputMerged: z.boolean().optional().describe('true: this backend mixes stderr into stdout'),
  durationMs: z.number(),
});
export type ExecResult = z.infer<typeof ExecResult>;

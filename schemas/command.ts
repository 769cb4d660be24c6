/** Running a shell text whose output is one text, as the API's `process/execute` does. */
import { z } from 'zod';
import { EnvironmentVariables } from './create-sandbox.ts';

/** What is kept of an output; more is counted and left out. */
export const MAX_MERGED_OUTPUT_BYTES = 16 * 1024 * 1024;
/** 23 days, as long as a timer can be set to. */
const MAX_TIMEOUT_SECONDS = 2_000_000;

export const RunCommand = z.object({
  command: z
    .string()
    .max(1_000_000)
    .refine((text) => text.trim() !== '', 'command cannot be empty or whitespace-only')
    .refine((text) => !text.includes('\0'), 'must not contain NUL'),
  cwd: z.string().max(4096).optional(),
  env: EnvironmentVariables.optional(),
  timeoutSeconds: z.number().positive().max(MAX_TIMEOUT_SECONDS).optional().describe('Default: none'),
});
export type RunCommand = z.infer<typeof RunCommand>;

export const RunOutcome = z.object({
  exitCode: z.number().int().describe('128 and the number of the signal that ended it'),
  output: z.string().describe('standard output and error in the order in which they were written'),
  outputBytes: z.number().int(),
});
export type RunOutcome = z.infer<typeof RunOutcome>;

/** Running code: one-shot runs, stateful contexts, and the charts and images that come of both. */
import { z } from 'zod';
import { EnvironmentVariables } from './create-sandbox.ts';
import { MAX_WAIT_SECONDS } from './exec.ts';
import { Timestamp } from './timestamp.ts';

export const CodeLanguage = z.enum(['python', 'javascript', 'typescript']);
export type CodeLanguage = z.infer<typeof CodeLanguage>;

/** The languages that have stateful contexts. */
export const ContextLanguage = z.enum(['python', 'javascript']);
export type ContextLanguage = z.infer<typeof ContextLanguage>;

/** Bytes of source text. */
export const MAX_CODE_BYTES = 1_000_000;
/** How long a whole program may run when nothing is said. */
export const DEFAULT_PROGRAM_SECONDS = 3600;
/** How long a piece of code in a context may run when nothing is said. */
export const DEFAULT_CODE_SECONDS = 600;
/** A day; where nothing is said the limit is the operation's own default. */
const MAX_TIMEOUT_SECONDS = 86_400;

const Code = z
  .string()
  .max(MAX_CODE_BYTES)
  .refine((text) => text.trim() !== '', 'code cannot be empty or whitespace-only')
  .refine((text) => !text.includes('\0'), 'must not contain NUL');
const Cwd = z.string().min(1).max(4096);
const ContextId = z.string().min(1).max(64);

/** What the parts of a chart have in common with the API's flat object; which fields there are depends on the chart's type. */
const elementFields = {
  /** Of a line, a set of points, a bar, a slice or a box. */
  label: z.string().optional(),
  /** `[x, y]` pairs. */
  points: z.array(z.array(z.number())).optional(),
  /** The legend's name for the bars that belong together. */
  group: z.string().optional(),
  /** A bar's length. A string in the API. */
  value: z.string().optional(),
  /** A slice's, in degrees. */
  angle: z.number().optional(),
  radius: z.number().optional(),
  min: z.number().optional(),
  first_quartile: z.number().optional(),
  median: z.number().optional(),
  third_quartile: z.number().optional(),
  max: z.number().optional(),
  outliers: z.array(z.number()).optional(),
};

export const ChartType = z.enum([
  'line',
  'scatter',
  'bar',
  'pie',
  'box_and_whisker',
  'composite_chart',
  'unknown',
]);

const chartFields = {
  type: ChartType,
  title: z.string().optional(),
  x_label: z.string().optional(),
  y_label: z.string().optional(),
  x_ticks: z.array(z.number()).optional(),
  y_ticks: z.array(z.number()).optional(),
  x_tick_labels: z.array(z.string()).optional(),
  y_tick_labels: z.array(z.string()).optional(),
  x_scale: z.string().optional(),
  y_scale: z.string().optional(),
};

/** A part of a chart, or a whole chart without its image within a composite one. */
export const ChartElement = z.object({
  ...elementFields,
  ...chartFields,
  type: ChartType.optional(),
  elements: z.array(z.object(elementFields)).optional(),
});
export type ChartElement = z.infer<typeof ChartElement>;

/** A chart in the API's words (toolbox schema `Chart`), snake case included. */
export const Chart = z.object({
  ...chartFields,
  elements: z.array(ChartElement),
  /** base64; absent when the picture was too large to send. */
  png: z.string().optional(),
});
export type Chart = z.infer<typeof Chart>;

export const CodeRunRequest = z.strictObject({
  code: Code,
  language: CodeLanguage,
  argv: z.array(z.string().max(100_000)).max(1000).optional(),
  env: EnvironmentVariables.optional(),
  /** Default: an hour. */
  timeoutSeconds: z.number().positive().max(MAX_TIMEOUT_SECONDS).optional(),
});
export type CodeRunRequest = z.infer<typeof CodeRunRequest>;

export const CodeRunResult = z.object({
  exitCode: z.number().int(),
  /** Both streams in the order in which they were written; the middle is left out when it is long. */
  result: z.string(),
  charts: z.array(Chart),
});
export type CodeRunResult = z.infer<typeof CodeRunResult>;

export const CreateInterpreter = z.strictObject({
  language: ContextLanguage,
  /** Default: where commands start. */
  cwd: Cwd.optional(),
});
export type CreateInterpreter = z.infer<typeof CreateInterpreter>;

export const InterpreterContext = z.object({
  id: z.string(),
  language: ContextLanguage,
  cwd: z.string(),
  createdAt: Timestamp,
  /** Whether code runs in it now. */
  busy: z.boolean(),
  /** Whether it is the one that is used when none is named; the API does not list it. */
  isDefault: z.boolean(),
});
export type InterpreterContext = z.infer<typeof InterpreterContext>;

export const ExecuteCode = z.strictObject({
  code: Code,
  language: ContextLanguage.optional().describe('Default: that of the context, or python'),
  /** Absent: the default context of the language, made at its first use. */
  contextId: ContextId.optional(),
  /** For this piece of code alone. */
  env: EnvironmentVariables.optional(),
  /** Default: ten minutes. */
  timeoutSeconds: z.number().positive().max(MAX_TIMEOUT_SECONDS).optional(),
});
export type ExecuteCode = z.infer<typeof ExecuteCode>;

export const CodeError = z.object({
  name: z.string().describe('class of the exception'),
  value: z.string(),
  traceback: z.string(),
});
export type CodeError = z.infer<typeof CodeError>;

export const ImageType = z.enum(['image/png', 'image/jpeg']);

/** What comes of code while it runs. */
export const InterpreterEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('stdout'), text: z.string() }),
  z.object({ type: z.literal('stderr'), text: z.string() }),
  /** An exception that nothing caught: the last event of its code. */
  z.object({ type: z.literal('error'), ...CodeError.shape }),
  /** The value of the last expression, or what was displayed on the way. */
  z.object({
    type: z.literal('result'),
    text: z.string().optional(),
    image: z.object({ mimeType: ImageType, data: z.base64() }).optional(),
    chart: Chart.optional(),
  }),
]);
export type InterpreterEvent = z.infer<typeof InterpreterEvent>;

export const ExecutionStatus = z.enum(['completed', 'failed', 'timed_out', 'died']);

/** How a piece of code ended. */
export const ExecutionOutcome = z.object({
  /** `failed`: an exception; `timed_out`: interrupted at its limit; `died`: the interpreter's process ended under it. */
  status: ExecutionStatus,
  contextId: z.string(),
  language: ContextLanguage,
  /** Whether the context was made for this piece of code, so that nothing of earlier ones was there. */
  contextIsNew: z.boolean(),
  /** Whether it is gone with all that was defined in it. */
  contextLost: z.boolean(),
  /** Why it is gone, or what else there is to say. */
  note: z.string().nullable(),
  durationMs: z.number(),
});
export type ExecutionOutcome = z.infer<typeof ExecutionOutcome>;

/** The input of sandbox_run_code beside the sandbox. */
export const RunCode = z.strictObject({
  language: ContextLanguage,
  code: Code,
  context: ContextId.optional().describe('new, or an id; default: one per language'),
  timeoutSeconds: z.number().positive().max(MAX_WAIT_SECONDS).optional(),
});
export type RunCode = z.infer<typeof RunCode>;

/** What sandbox_run_code answers; the pictures themselves are beside it, in the same order. */
export const CodeReport = ExecutionOutcome.omit({ contextId: true, language: true, durationMs: true }).extend(
  {
    context: z.string(),
    stdout: z.string(),
    stderr: z.string(),
    result: z.string().nullable(),
    error: z.string().nullable(),
    images: z.array(z.string()),
  },
);
export type CodeReport = z.infer<typeof CodeReport>;

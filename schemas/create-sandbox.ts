/** The body of a create, in the API's terms (schema `CreateSandbox`), with bounds that protect the host. */
import { z } from 'zod';
import { CreateBuildInfo } from './build.ts';
import { VolumeMounts } from './mount-path.ts';
import { networkFields } from './network.ts';
import { Sandbox } from './sandbox.ts';

/** Control characters and markup never belong into a name (API: 400 on create). */
const SAFE_NAME = /^[^<>\p{Cc}]+$/u;
/** Ten years. */
export const MAX_MINUTES = 60 * 24 * 365 * 10;

export const SandboxName = z
  .string()
  .trim()
  .min(1)
  .max(128)
  .regex(SAFE_NAME, 'must not contain HTML tags, URLs, or control characters')
  .refine(
    (name) => !/^[a-z][a-z0-9+.-]*:\/\//i.test(name),
    'must not contain HTML tags, URLs, or control characters',
  );

export const EnvironmentVariables = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a variable name is letters, digits and underscores'),
  z
    .string()
    .max(131_072)
    .refine((value) => !value.includes('\0'), 'must not contain NUL'),
);

export const Labels = z.record(z.string().min(1).max(256), z.string().max(4096));

/** Fields of the API that no agent needs. */
const unlisted = { unlisted: true };

export const CreateSandbox = z.strictObject({
  name: SandboxName.optional().describe('Default: the id'),
  snapshot: z.string().min(1).max(256).optional().describe('Template; default: the default one'),
  user: z.string().min(1).max(32).optional().describe('Runs commands; default daytona'),
  env: EnvironmentVariables.optional(),
  labels: Labels.optional(),
  public: z.boolean().optional().describe('Previews need no token'),
  cpu: z.number().min(0.1).max(1024).optional().describe('Cores'),
  memory: z.number().min(0.0625).max(16_384).optional().describe('GiB'),
  disk: z.number().positive().max(65_536).optional().describe('GiB'),
  gpu: z.number().int().min(0).max(64).optional().meta(unlisted),
  autoStopInterval: z
    .number()
    .int()
    .min(0)
    .max(MAX_MINUTES)
    .optional()
    .describe('Idle minutes; 0 never; default 15'),
  autoArchiveInterval: z.number().int().min(0).max(MAX_MINUTES).optional().describe('Minutes stopped'),
  autoDeleteInterval: z
    .number()
    .int()
    .min(-1)
    .max(MAX_MINUTES)
    .optional()
    .describe('Minutes stopped; -1 never (default), 0 at once'),
  ttlMinutes: z
    .number()
    .int()
    .min(0)
    .max(MAX_MINUTES)
    .optional()
    .describe('Minutes until it is deleted; 0 never'),
  ...networkFields,
  target: z.string().max(64).optional().meta(unlisted),
  volumes: VolumeMounts.optional().describe('Of volume_create'),
  buildInfo: CreateBuildInfo.optional().describe('Build the template first'),
  linkedSandbox: z.string().optional().meta(unlisted),
});
export type CreateSandbox = z.infer<typeof CreateSandbox>;

/** How a create came about: from a parked container, or by creating and starting one. */
export const StartedFrom = z.enum(['warm', 'cold']);

export const CreatedSandbox = Sandbox.extend({
  startedFrom: StartedFrom,
  tookMs: z.number().describe('milliseconds inside the engine'),
});
export type CreatedSandbox = z.infer<typeof CreatedSandbox>;

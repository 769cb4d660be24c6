/** Copies of a sandbox's files: forks, backups, archives and snapshots. */
import { z } from 'zod';
import { SandboxName } from './create-sandbox.ts';
import { Sandbox, Timestamp } from './sandbox.ts';
import { BackupState } from './state.ts';

/** More at once would hold the source still for long. */
export const MAX_FORKS = 32;

export const ForkSandbox = z.strictObject({
  count: z
    .number()
    .int()
    .min(1)
    .max(MAX_FORKS)
    .optional()
    .describe(`Number of forks, default 1, at most ${MAX_FORKS}`),
  names: z
    .array(SandboxName)
    .max(MAX_FORKS)
    .optional()
    .describe('Names of the forks, in order; default: their ids'),
});
export type ForkSandbox = z.infer<typeof ForkSandbox>;

export const ForkChild = z.object({
  id: z.string().nullable().describe('null when this fork failed'),
  name: z.string(),
  state: Sandbox.shape.state.nullable(),
  error: z.string().nullable(),
});

export const ForkOutcome = z.object({
  children: z.array(ForkChild),
  pausedMs: z.number().nullable().describe('how long the source stood still; null when not told'),
  envCopied: z
    .array(z.string())
    .describe('names of the environment variables that the forks share with the source'),
  tookMs: z.number(),
});
export type ForkOutcome = z.infer<typeof ForkOutcome>;

export const BackupOutcome = z.object({
  id: z.string(),
  name: z.string(),
  backupState: BackupState,
  backupCreatedAt: Timestamp.nullable(),
  storedBytes: z.number().int().nullable(),
  pausedMs: z.number().nullable().describe('how long the sandbox stood still; null when not told'),
});
export type BackupOutcome = z.infer<typeof BackupOutcome>;

export const SnapshotName = z
  .string()
  .trim()
  .min(1)
  .max(256)
  .regex(
    /^[a-zA-Z0-9_.\-:]+(\/[a-zA-Z0-9_.\-:]+)*$/,
    'Invalid snapshot name format. May contain letters, digits, dots, colons, and dashes',
  );

/** The API's SnapshotDto, as far as an embedded engine has it. Sizes are GiB. */
export const Snapshot = z.object({
  id: z.string(),
  name: z.string(),
  imageName: z.string().nullable(),
  general: z.boolean().describe('true for the default snapshot, which cannot be deleted'),
  state: z.enum([
    'building',
    'pending',
    'pulling',
    'snapshotting',
    'active',
    'inactive',
    'error',
    'build_failed',
    'removing',
  ]),
  errorReason: z.string().nullable(),
  size: z.number().nullable().describe('GiB'),
  cpu: z.number(),
  mem: z.number().describe('GiB'),
  pool: z.number().int().nullable().describe('sandboxes kept ready'),
  sourceSandboxId: z.string().nullable(),
  createdAt: Timestamp.nullable(),
  updatedAt: Timestamp.nullable(),
  lastUsedAt: Timestamp.nullable(),
});
export type Snapshot = z.infer<typeof Snapshot>;

/** The input of a tool that needs nothing but the snapshot. */
export const SnapshotOnly = z.strictObject({ snapshot: z.string().min(1).max(256).describe('Id or name') });

/** What a change of its state answers. */
export const SnapshotBrief = Snapshot.pick({ id: true, name: true, state: true });

/** What making one answers. */
export const SnapshotOutcome = Snapshot.pick({ id: true, name: true, state: true, errorReason: true });

export const MadeSnapshot = Snapshot.extend({
  pausedMs: z.number().nullable().describe('how long the sandbox stood still; null when not told'),
});
export type MadeSnapshot = z.infer<typeof MadeSnapshot>;

export const ListSnapshots = z.strictObject({
  name: z.string().max(256).optional().describe('Name prefix'),
  page: z.number().int().min(1).max(1_000_000).optional().describe('Default 1'),
  limit: z.number().int().min(1).max(200).optional().describe('Default 100'),
});
export type ListSnapshots = z.infer<typeof ListSnapshots>;

export const SnapshotPage = z.object({
  items: z.array(Snapshot),
  total: z.number().int(),
  page: z.number().int(),
  totalPages: z.number().int(),
});
export type SnapshotPage = z.infer<typeof SnapshotPage>;

export const SandboxFamily = z.object({
  items: z.array(Sandbox.pick({ id: true, name: true, state: true, createdAt: true })),
});

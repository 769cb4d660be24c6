/** What can be changed about a sandbox: its resources and its settings (API: `ResizeSandbox`, `SandboxLabels`, intervals). */
import { z } from 'zod';
import { Labels, MAX_MINUTES } from './create-sandbox.ts';
import { Sandbox } from './sandbox.ts';

const MIN_CPU = 0.1;
const MIN_MEMORY_GIB = 0.0625;
const MIN_DISK_GIB = 1;

/** The bounds of a create: Daytona takes whole numbers from 1. */
export const ResizeSandbox = z.strictObject({
  cpu: z.number().min(MIN_CPU, `cpu must not be less than ${MIN_CPU}`).max(1024).optional().describe('Cores'),
  memory: z
    .number()
    .min(MIN_MEMORY_GIB, `memory must not be less than ${MIN_MEMORY_GIB}`)
    .max(16_384)
    .optional()
    .describe('GiB'),
  disk: z
    .number()
    .min(MIN_DISK_GIB, `disk must not be less than ${MIN_DISK_GIB}`)
    .max(65_536)
    .optional()
    .describe('GiB; only where the storage driver has quotas'),
});
export type ResizeSandbox = z.infer<typeof ResizeSandbox>;

export const ReplaceLabels = z.strictObject({
  labels: Labels.describe('All labels that it has from now on'),
});

const minutes = z.number().int().max(MAX_MINUTES);

export const StopInterval = minutes.min(0).describe('Minutes idle; 0 never');
export const ArchiveInterval = minutes.min(0).describe('Minutes stopped; 0 the longest, 43200');
export const DeleteInterval = minutes
  .min(-MAX_MINUTES)
  .describe('Minutes stopped; negative never, 0 as soon as it is stopped');
export const TimeToLive = minutes.min(0).describe('Minutes from its creation; 0 never');

/** Daytona's bound, which 0 asks for. */
export const MAX_ARCHIVE_MINUTES = 43_200;

/** What the tools that change a sandbox answer about it. */
export const ChangedSandbox = Sandbox.pick({ id: true, name: true, state: true });

/** Pseudo terminals that live in a sandbox and are watched by any number of clients. */
import { z } from 'zod';
import { EnvironmentVariables } from './create-sandbox.ts';

const Cells = z.number().int().min(1).max(1_000);

export const TerminalId = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[A-Za-z0-9_.:-]+$/, 'letters, digits and _ . : - only');

export const CreateTerminal = z.object({
  id: TerminalId.optional(),
  cols: Cells.optional().describe('Default 80'),
  rows: Cells.optional().describe('Default 24'),
  cwd: z.string().max(4096).optional(),
  envs: EnvironmentVariables.optional(),
  lazyStart: z.boolean().optional().describe('Start with the first client'),
});
export type CreateTerminal = z.infer<typeof CreateTerminal>;

export const ResizeTerminal = z.object({ cols: Cells, rows: Cells });
export type ResizeTerminal = z.infer<typeof ResizeTerminal>;

export const Terminal = z.object({
  id: z.string(),
  cwd: z.string(),
  envs: z.record(z.string(), z.string()),
  cols: z.number().int(),
  rows: z.number().int(),
  createdAt: z.string(),
  active: z.boolean().describe('false before its start and after its end'),
  lazyStart: z.boolean(),
  exitCode: z.number().int().nullable().describe('null until it ends'),
});
export type Terminal = z.infer<typeof Terminal>;

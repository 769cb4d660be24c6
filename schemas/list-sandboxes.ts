/** Filters, order and page of a list (API: `listSandboxesPaginated`), and its answer. */
import { z } from 'zod';
import { SandboxSummary } from './sandbox.ts';
import { SandboxState } from './state.ts';

export const ListSandboxes = z.strictObject({
  id: z.string().max(64).optional().describe('Id prefix'),
  name: z.string().max(128).optional().describe('Name prefix'),
  labels: z.record(z.string(), z.string()).optional().describe('All of these must match'),
  states: z.array(SandboxState).max(32).optional(),
  sort: z
    .enum(['name', 'state', 'createdAt', 'updatedAt', 'lastActivityAt'])
    .optional()
    .describe('Default createdAt'),
  order: z.enum(['asc', 'desc']).optional().describe('Default desc'),
  page: z.number().int().min(1).max(1_000_000).optional().describe('Default 1'),
  limit: z.number().int().min(1).max(200).optional().describe('Default 100'),
});
export type ListSandboxes = z.infer<typeof ListSandboxes>;

export const SandboxPage = z.object({
  items: z.array(SandboxSummary),
  total: z.number().int(),
  page: z.number().int(),
  totalPages: z.number().int(),
});
export type SandboxPage = z.infer<typeof SandboxPage>;

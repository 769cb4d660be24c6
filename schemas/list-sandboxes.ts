/** Filters, order and page of a list (API: `listSandboxes` and `listSandboxesPaginated` together), and its answer. */
import { z } from 'zod';
import { Sandbox, SandboxSummary } from './sandbox.ts';
import { SandboxState } from './state.ts';

/** Of both operations of the API. */
export const sortKeys = [
  'id',
  'name',
  'state',
  'snapshot',
  'region',
  'cpu',
  'memoryGib',
  'diskGib',
  'createdAt',
  'updatedAt',
  'lastActivityAt',
] as const;
export const SortKey = z.enum(sortKeys);
export type SortKey = z.infer<typeof SortKey>;

const MAX_CHOICES = 100;
/** Filters of the API that an agent does without; its list of tools costs less without them. */
const unlisted = { unlisted: true };
const choices = z.array(z.string().min(1).max(256)).max(MAX_CHOICES).optional();
const bound = z.number().min(0).max(1e9).optional().meta(unlisted);
const moment = z.iso.datetime({ offset: true }).optional().meta(unlisted);

export const ListSandboxes = z.strictObject({
  id: z.string().max(64).optional().describe('Id prefix'),
  name: z.string().max(128).optional().describe('Name prefix'),
  labels: z.record(z.string(), z.string()).optional(),
  states: z
    .array(SandboxState.exclude(['destroyed']))
    .max(32)
    .optional()
    .describe('started, stopped, archived, error, …'),
  snapshots: choices,
  regions: choices.meta(unlisted),
  sandboxClasses: z.array(Sandbox.shape.sandboxClass).max(8).optional().meta(unlisted),
  minCpu: bound,
  maxCpu: bound,
  minMemoryGiB: bound,
  maxMemoryGiB: bound,
  minDiskGiB: bound,
  maxDiskGiB: bound,
  isPublic: z.boolean().optional().meta(unlisted),
  isRecoverable: z.boolean().optional().meta(unlisted),
  includeErroredDeleted: z.boolean().optional().meta(unlisted),
  createdAtAfter: moment,
  createdAtBefore: moment,
  lastEventAfter: moment,
  lastEventBefore: moment,
  autoDestroyAtAfter: moment,
  autoDestroyAtBefore: moment,
  sort: SortKey.optional().describe('Default createdAt'),
  order: z.enum(['asc', 'desc']).optional().describe('Default desc'),
  page: z.number().int().min(1).max(1_000_000).optional().meta(unlisted),
  cursor: z.string().min(1).max(1024).optional().describe('nextCursor of the page before'),
  limit: z.number().int().min(1).max(200).optional().describe('Default 100'),
});
export type ListSandboxes = z.infer<typeof ListSandboxes>;

export const SandboxPage = z.object({
  items: z.array(SandboxSummary),
  total: z.number().int().nullable().describe('of all that match; null when not counted'),
  page: z.number().int().nullable().describe('null after a cursor'),
  totalPages: z.number().int().nullable(),
  nextCursor: z.string().nullable().describe('null on the last page'),
});
export type SandboxPage = z.infer<typeof SandboxPage>;

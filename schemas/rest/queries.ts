/** Query parameters of the REST surface, by their types; the texts of a URL are turned into these before they are checked. */
import { z } from 'zod';
import { sortKeys } from '../list-sandboxes.ts';
import { ExpiresInSeconds } from '../previews.ts';
import { Sandbox } from '../sandbox.ts';
import { SshMinutes, SshToken } from '../ssh.ts';
import { SandboxState } from '../state.ts';
import { Ordering } from './common.ts';

const page = z.number().int().min(1).max(1_000_000).optional();
const limit = z.number().int().min(1).max(200).optional();
const bound = z.number().min(0).max(1e9).optional();
const moment = z.iso.datetime({ offset: true }).optional();
const choices = z.array(z.string().min(1).max(256)).max(100).optional();

/** Filters of both lists. `labels` is a JSON object. */
const filters = {
  id: z.string().max(64).optional(),
  name: z.string().max(128).optional(),
  labels: z.string().max(65_536).optional(),
  includeErroredDeleted: z.boolean().optional(),
  states: z
    .array(SandboxState.exclude(['destroyed']))
    .max(32)
    .optional(),
  snapshots: choices,
  minCpu: bound,
  maxCpu: bound,
  minMemoryGiB: bound,
  maxMemoryGiB: bound,
  minDiskGiB: bound,
  maxDiskGiB: bound,
  lastEventAfter: moment,
  lastEventBefore: moment,
  order: Ordering.optional(),
};

export const listSortKeys = ['name', 'cpu', 'memoryGib', 'diskGib', 'lastActivityAt', 'createdAt'] as const;

/** `verbose`, which only the first document knows, asks for its answer: an array of all of them. */
export const ListSandboxesQuery = z.object({
  verbose: z.boolean().optional(),
  ...filters,
  cursor: z.string().min(1).max(1024).optional(),
  limit,
  includeWarm: z.boolean().optional(),
  regionIds: choices,
  sandboxClasses: z.array(Sandbox.shape.sandboxClass).max(8).optional(),
  isPublic: z.boolean().optional(),
  isRecoverable: z.boolean().optional(),
  createdAtAfter: moment,
  createdAtBefore: moment,
  autoDestroyAtAfter: moment,
  autoDestroyAtBefore: moment,
  sort: z.enum(listSortKeys).optional(),
});

export const PaginatedSandboxesQuery = z.object({
  page,
  limit,
  ...filters,
  regions: choices,
  sort: z.enum(sortKeys).optional(),
});

export const VerboseQuery = z.object({ verbose: z.boolean().optional() });
export const StopQuery = z.object({ force: z.boolean().optional() });
export const RecoverQuery = z.object({ skipStart: z.boolean().optional() });
export const ForksQuery = z.object({ includeDestroyed: z.boolean().optional() });
export const FollowQuery = z.object({ follow: z.boolean().optional() });
export const SignedUrlQuery = z.object({ expiresInSeconds: ExpiresInSeconds });
export const SshQuery = z.object({ expiresInMinutes: SshMinutes.optional() });
export const ValidateSshQuery = z.object({ token: SshToken });
export const RevokeSshQuery = z.object({ token: SshToken.optional() });

export const SnapshotsQuery = z.object({
  page,
  limit,
  name: z.string().max(256).optional(),
  sourceSandboxId: z.string().max(128).optional(),
  sort: z.enum(['name', 'state', 'lastUsedAt', 'createdAt']).optional(),
  order: Ordering.optional(),
});
export const VolumesQuery = z.object({ includeDeleted: z.boolean().optional() });

export const TelemetryQuery = z.object({
  from: z.string().max(64).optional(),
  to: z.string().max(64).optional(),
  page,
  limit: z.number().int().min(1).max(1000).optional(),
  severities: choices,
  search: z.string().max(1024).optional(),
  metricNames: choices,
});

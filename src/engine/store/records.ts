/** What the store keeps, as zod schemas: rows of an older release or a damaged file never pass unseen. */
import { z } from 'zod';
import { BackupState, SandboxDesiredState, SandboxState } from '../../../schemas/state.ts';
import { asContainerId, asSandboxId, type ContainerId, type SandboxId } from '../../ids.ts';

const Id = z.uuid().transform((value): SandboxId => asSandboxId(value));
const Container = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((value): ContainerId => asContainerId(value));

/** Everything that Thaw knows of a sandbox. Times are milliseconds since the epoch. */
export const SandboxRecord = z.object({
  id: Id,
  name: z.string(),
  snapshot: z.string(),
  imageId: z.string(),
  user: z.string(),
  env: z.record(z.string(), z.string()),
  labels: z.record(z.string(), z.string()),
  public: z.boolean(),
  cpu: z.number(),
  memoryGiB: z.number(),
  state: SandboxState,
  desiredState: SandboxDesiredState,
  errorReason: z.string().nullable(),
  recoverable: z.boolean(),
  backupState: BackupState,
  autoStopMinutes: z.number(),
  autoArchiveMinutes: z.number(),
  autoDeleteMinutes: z.number(),
  /** When it is deleted whatever its state; null for never. */
  destroyAt: z.number().nullable(),
  createdAt: z.number(),
  updatedAt: z.number(),
  lastActivityAt: z.number(),
  /** When it was stopped last; null while it runs. */
  stoppedAt: z.number().nullable(),
  containerId: Container.nullable(),
  /** Counts the starts of its container: handles of an earlier one are stale. */
  generation: z.number().int(),
});
export type SandboxRecord = z.infer<typeof SandboxRecord>;

/** A container that waits frozen for a claim. Its id becomes the sandbox's. */
export const ParkedRecord = z.object({
  id: Id,
  containerId: Container,
  imageId: z.string(),
  snapshot: z.string(),
  parkedAt: z.number(),
});
export type ParkedRecord = z.infer<typeof ParkedRecord>;

export const journalOperations = ['create', 'start', 'stop', 'delete'] as const;
export type JournalOperation = (typeof journalOperations)[number];

/** An operation that had begun and was not finished when it was last written. */
export const JournalEntry = z.object({
  sandboxId: Id,
  operation: z.enum(journalOperations),
  step: z.string(),
  startedAt: z.number(),
});
export type JournalEntry = z.infer<typeof JournalEntry>;

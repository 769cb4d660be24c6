/** What the store keeps, as zod schemas: rows of an older release or a damaged file never pass unseen. */
import { z } from 'zod';
import { BackupState, SandboxDesiredState, SandboxState } from '../../../schemas/state.ts';
import { asContainerId, asSandboxId, type ContainerId, type SandboxId } from '../../ids.ts';
import { defaultNetwork, NetworkRecord } from '../network/policy.ts';

const Id = z.uuid().transform((value): SandboxId => asSandboxId(value));
const Container = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((value): ContainerId => asContainerId(value));

/** A difference in the object store. */
export const ArchiveRecord = z.object({
  /** The object's name in the store. */
  object: z.string().regex(/^[0-9a-z][0-9a-z.-]*$/),
  codec: z.enum(['zstd', 'brotli', 'gzip']),
  /** Of the bytes in the store, lower-case hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  storedBytes: z.number().int(),
  /** The image that the difference belongs to: it is useless without it. */
  imageId: z.string(),
  createdAt: z.number(),
});
export type ArchiveRecord = z.infer<typeof ArchiveRecord>;

/** What a sandbox was when it was forked, in the object store: its difference then, as far as it can be shown. */
export const ForkPointRecord = ArchiveRecord.pick({ object: true, sha256: true, storedBytes: true });
export type ForkPointRecord = z.infer<typeof ForkPointRecord>;

/** What a sandbox's template was built of. */
export const SandboxBuild = z.object({
  /** The build's own id: its log's, and its snapshot record's while that exists. Null until it has begun. */
  id: z.uuid().nullable(),
  dockerfile: z.string(),
});
export type SandboxBuild = z.infer<typeof SandboxBuild>;

/** Whose it is; null for the owner's own organization. */
const OrganizationId = z.string().nullable().default(null);

/** Everything that Thaw knows of a sandbox. Times are milliseconds since the epoch. */
export const SandboxRecord = z.object({
  id: Id,
  organizationId: OrganizationId,
  name: z.string(),
  snapshot: z.string(),
  /** Empty until the image of a sandbox that asked for a build is there. */
  imageId: z.string(),
  build: SandboxBuild.nullable().default(null),
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
  network: NetworkRecord.default(defaultNetwork),
  /** The sandbox that it was forked from; it may be gone. */
  parentId: Id.nullable().default(null),
  /** What is mounted in it, whenever a container is made for it. */
  volumes: z.array(z.object({ volumeId: z.string(), mountPath: z.string() })).default([]),
  /** What URLs of its files are signed with; null until somebody asks for it. */
  signingKey: z.string().nullable().default(null),
  /** Its files as they were last written to the object store. */
  archive: ArchiveRecord.nullable().default(null),
  /** Shared with the others of the same fork; null for what was not forked, and where it was not kept. */
  forkPoint: ForkPointRecord.nullable().default(null),
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
  /** Whether it was made for a fork that has volumes: no other claim may get it. */
  withVolumes: z.boolean().default(false),
});
export type ParkedRecord = z.infer<typeof ParkedRecord>;

export const snapshotStates = [
  'pending',
  'pulling',
  'building',
  'snapshotting',
  'active',
  'inactive',
  'error',
  'build_failed',
  'removing',
] as const;

/** A template that sandboxes start from, apart from the default one. Times are milliseconds since the epoch. */
export const SnapshotRecord = z.object({
  id: z.uuid(),
  organizationId: OrganizationId,
  name: z.string(),
  /** The image's reference in the daemon. */
  image: z.string(),
  imageId: z.string().nullable(),
  /** What it was made from, as the caller named it. */
  imageName: z.string().nullable(),
  state: z.enum(snapshotStates),
  errorReason: z.string().nullable(),
  sizeBytes: z.number().nullable(),
  /** What the image adds to the one that it was made from; null where that is not known. */
  ownBytes: z.number().nullable().default(null),
  cpu: z.number(),
  memoryGiB: z.number(),
  sourceSandboxId: z.string().nullable(),
  dockerfile: z.string().nullable(),
  /** Hash of what an image was built of for sandboxes; such a template is nobody's by name. Null for all others. */
  buildKey: z.string().nullable().default(null),
  /** A reference that was pulled for it and goes again when it is made; null where there is none. */
  pulled: z.string().nullable().default(null),
  /** Parked containers that are always kept for it; null for as many as its use asks for. */
  pool: z.number().int().nullable().default(null),
  createdAt: z.number(),
  updatedAt: z.number(),
  lastUsedAt: z.number().nullable(),
});
export type SnapshotRecord = z.infer<typeof SnapshotRecord>;

/** A token for SSH; of the token itself only its SHA-256 is kept. Times are milliseconds since the epoch. */
export const SshAccessRecord = z.object({
  id: z.uuid(),
  sandboxId: Id,
  tokenHash: z.string(),
  createdAt: z.number(),
  expiresAt: z.number(),
});
export type SshAccessRecord = z.infer<typeof SshAccessRecord>;
/** A named directory that sandboxes share. Times are milliseconds since the epoch. */
export const VolumeRecord = z.object({
  id: z.uuid(),
  organizationId: OrganizationId,
  name: z.string(),
  /** The name of the Docker volume. */
  dockerName: z.string(),
  /** One that is being made or removed is undone or finished by the next start. */
  state: z.enum(['creating', 'ready', 'deleting', 'error']),
  errorReason: z.string().nullable(),
  createdAt: z.number(),
  updatedAt: z.number(),
  lastUsedAt: z.number().nullable(),
});
export type VolumeRecord = z.infer<typeof VolumeRecord>;

export const journalOperations = [
  'create',
  'start',
  'stop',
  'pause',
  'resume',
  'resize',
  'recover',
  'delete',
  'fork',
  'snapshot',
  'backup',
  'archive',
  'restore',
  'network',
] as const;
export type JournalOperation = (typeof journalOperations)[number];

/** An operation that had begun and was not finished when it was last written. */
export const JournalEntry = z.object({
  sandboxId: Id,
  operation: z.enum(journalOperations),
  step: z.string(),
  startedAt: z.number(),
});
export type JournalEntry = z.infer<typeof JournalEntry>;

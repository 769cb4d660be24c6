/** What the control interface answers: the owner's status and the wish to stop. */
import { z } from 'zod';

const EngineStatus = z.object({
  docker: z.object({
    version: z.string(),
    storageDriver: z.string(),
    cgroupVersion: z.union([z.literal(1), z.literal(2)]),
  }),
  snapshot: z.string(),
  pool: z.object({
    target: z.number(),
    parked: z.number(),
    starting: z.number(),
    hits: z.number(),
    misses: z.number(),
    lastError: z.string().nullable(),
  }),
  sandboxes: z.record(z.string(), z.number()),
  helper: z.enum(['on', 'off', 'failed']),
  agent: z.enum(['on', 'docker exec']),
  connected: z.boolean(),
});

const SpaceUse = z.object({
  count: z.number(),
  bytes: z.number().nullable(),
  limitBytes: z.number(),
  freeBytes: z.number().nullable(),
});

const DiskUse = z.object({
  archives: SpaceUse,
  snapshots: SpaceUse,
  pools: z.object({ count: z.number(), bytes: z.number().nullable(), limit: z.number() }),
});

export const OwnerStatus = z.object({
  pid: z.number().int(),
  version: z.string(),
  startedAt: z.string(),
  uptimeSeconds: z.number(),
  stateDir: z.string(),
  mcpSocket: z.string(),
  /** Patterns of preview URLs: by host name, and on the listener itself; null when it could not be opened. */
  previews: z.object({ domain: z.string(), listener: z.string() }).nullable(),
  /** Null while it does not listen. */
  http: z
    .object({
      url: z.string(),
      /** File with the first API key; null when its user removed it. */
      keyFile: z.string().nullable(),
    })
    .nullable(),
  clients: z.array(z.object({ id: z.number(), name: z.string().nullable() })),
  /** Null while it does not listen. */
  ssh: z.object({ host: z.string(), port: z.number().int(), visitors: z.number().int() }).nullable(),
  preparation: z.object({
    state: z.enum(['preparing', 'ready', 'failed', 'closed']),
    /** What it does, or why it failed. */
    message: z.string().nullable(),
  }),
  /** Null until the engine is ready. */
  engine: EngineStatus.nullable(),
  /** Null until the engine is ready. */
  disk: DiskUse.nullable(),
});
export type OwnerStatus = z.infer<typeof OwnerStatus>;

export const StopRequest = z.strictObject({ sandboxes: z.enum(['stop', 'keep']) });
export type StopRequest = z.infer<typeof StopRequest>;

export const StopAnswer = z.object({ pid: z.number().int() });

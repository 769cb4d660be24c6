/** What a sandbox tells of itself: places and use of resources. */
import { z } from 'zod';

export const SandboxPlaces = z.object({
  home: z.string().describe("the user's home directory"),
  work: z.string().describe('where commands start'),
});
export type SandboxPlaces = z.infer<typeof SandboxPlaces>;

export const SystemMetrics = z.object({
  cpuCount: z.number().describe('cores that it may use'),
  cpuUsedPct: z.number().describe('of these cores, over the last moments'),
  memTotal: z.number().int(),
  memUsed: z.number().int().describe('without the cache'),
  memCache: z.number().int(),
  diskTotal: z.number().int(),
  diskUsed: z.number().int(),
  diskFree: z.number().int(),
  timestampMs: z.number(),
});
export type SystemMetrics = z.infer<typeof SystemMetrics>;

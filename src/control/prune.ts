/** What `thaw prune` asks the owner and what it answers, and the owner's own part: logs that were set aside. */
import { rm, stat } from 'node:fs/promises';
import { z } from 'zod';
import { type PrunedItem, prunedKinds } from '../engine/disk/pruned.ts';
import { setAsideLog } from './log-files.ts';

export const PruneRequest = z.strictObject({ dryRun: z.boolean() });
export type PruneRequest = z.infer<typeof PruneRequest>;

export const PruneReport = z.object({
  dryRun: z.boolean(),
  items: z.array(z.object({ kind: z.enum(prunedKinds), what: z.string(), bytes: z.number() })),
  /** Of all items. */
  bytes: z.number(),
});
export type PruneReport = z.infer<typeof PruneReport>;

export const pruneReport = (dryRun: boolean, items: readonly PrunedItem[]): PruneReport => ({
  dryRun,
  items: [...items],
  bytes: items.reduce((sum, { bytes }) => sum + bytes, 0),
});

const LOG_EXPIRES_MS = 7 * 24 * 3_600_000;

/** A log that was set aside and not written to for a week. */
export async function pruneLogs(logFile: string, now: number, dryRun: boolean): Promise<PrunedItem[]> {
  const path = setAsideLog(logFile);
  const facts = await stat(path).catch(() => null);
  if (facts === null || now - facts.mtimeMs < LOG_EXPIRES_MS) return [];
  if (!dryRun) await rm(path, { force: true });
  return [{ kind: 'log', what: path, bytes: facts.size }];
}

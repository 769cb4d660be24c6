/** The points of an operation at which its progress is on disk. A crash at any of them must leave nothing behind. */

export const journalSteps = [
  'park.created',
  'park.frozen',
  'park.recorded',
  'create.warm.claimed',
  'create.warm.thawed',
  'create.warm.done',
  'create.cold.intent',
  'create.cold.running',
  'create.cold.done',
  'start.intent',
  'start.running',
  'start.done',
  'stop.intent',
  'stop.ended',
  'stop.done',
  'delete.intent',
  'delete.removed',
  'delete.done',
] as const;

export type JournalStep = (typeof journalSteps)[number];

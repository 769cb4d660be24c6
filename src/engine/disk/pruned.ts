/** What `thaw prune` tells of each thing that it removed. Imports nothing: the command line loads it. */

export const prunedKinds = ['object', 'container', 'image', 'build', 'pool', 'volume', 'log'] as const;

export interface PrunedItem {
  readonly kind: (typeof prunedKinds)[number];
  readonly what: string;
  /** Of an image: what it has beyond the default snapshot's, which is an estimate. */
  readonly bytes: number;
}

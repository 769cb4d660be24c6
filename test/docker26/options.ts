/** The options of `npm run test:docker26`. */
import { parseArgs } from 'node:util';

/** Docker's two image stores: graph drivers of its own, and containerd's snapshotters. */
export const stores = ['overlay2', 'containerd'] as const;
export type ImageStore = (typeof stores)[number];

export interface Docker26Options {
  /** In the order in which they are tested. */
  readonly stores: readonly ImageStore[];
  /** Test files or name filters for vitest; empty for all. */
  readonly selection: readonly string[];
}

export const usage = [
  'Usage: npm run test:docker26 -- [--store overlay2|containerd|both] [TEST-FILE]…',
  '',
  'Runs the tests that need an engine on Docker 26.1 of Debian 13, once for each image store.',
  '',
].join('\n');

/** Throws Error with a message for people. */
export function readOptions(argv: readonly string[]): Docker26Options {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { store: { type: 'string', default: 'both' } },
    allowPositionals: true,
  });
  const chosen = stores.filter((store) => values.store === store || values.store === 'both');
  if (chosen.length === 0) throw new Error(`There is no image store "${values.store}".\n\n${usage}`);
  return { stores: chosen, selection: positionals };
}

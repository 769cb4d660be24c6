/** What of the tests that need an engine is not run on Docker 26, and why. */
import type { ImageStore } from './options.ts';

export interface LeftOut {
  /** A test file, from the repository's root. */
  readonly file: string;
  readonly stores: readonly ImageStore[];
  readonly reason: string;
}

export const leftOut: readonly LeftOut[] = [];

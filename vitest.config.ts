/** Two test projects: what needs no Docker Engine runs in parallel, what needs one runs a file at a time. */
import { defineConfig } from 'vitest/config';

const below = (...folders: readonly string[]) => folders.map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'quick',
          include: below('unit', 'property', 'fuzz', 'contract', 'architecture'),
          testTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'engine',
          include: below('engine', 'e2e', 'chaos'),
          // One daemon serves all of them, and several tests measure time or kill owners.
          fileParallelism: false,
          // Of the few tests that say that they may run beside each other: two cores, and a dozen networks in the daemon.
          maxConcurrency: 3,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 180_000,
          teardownTimeout: 60_000,
          globalSetup: ['test/support/engine-setup.ts'],
        },
      },
    ],
  },
});

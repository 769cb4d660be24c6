/**
 * Three test projects: what needs no Docker Engine runs in parallel, parted into what is quick and what takes seconds a file;
 * what needs an engine runs a file at a time.
 */
import { defineConfig } from 'vitest/config';

const below = (...folders: readonly string[]) => folders.map((folder) => `test/${folder}/**/*.test.ts`);

/** No engine, but real programs, sanitizers, packages of the registry, or thousands of cases. */
const long = [
  ...below('fuzz', 'property', 'unit/agent', 'unit/difference', 'unit/engine/code'),
  'test/contract/{keys,mcpb,npm-package,owner,relay,remote-mcp,surface,tasks}.test.ts',
  'test/contract/rest/security.test.ts',
  'test/contract/toolbox/uploads.test.ts',
  'test/unit/remote/failures.test.ts',
  'test/unit/http/listener.test.ts',
];

export default defineConfig({
  test: {
    // As many as there are cores: one fewer, the default, leaves half of a small machine idle.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'quick',
          include: below('unit', 'contract', 'architecture'),
          exclude: long,
          // A process for each file would take longer than the tests: files of a worker share its modules, and so mock none.
          isolate: false,
          testTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'long',
          include: long,
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

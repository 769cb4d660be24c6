/** Runs vitest as a process of its own and reads its count of tests. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run } from '../src/setup/steps.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * A run that crashed, or in which no test ran, counts as a failure.
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env] this process's own when absent
 * @returns {Promise<Counts>}
 */
export async function runVitest(args, env) {
  const directory = await mkdtemp(join(tmpdir(), 'thaw-tests-'));
  const report = join(directory, 'report.json');
  try {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const status = await run(
      process.execPath,
      [vitest, 'run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
      env === undefined ? {} : { env },
    );
    const result = JSON.parse(await readFile(report, 'utf8').catch(() => '{}'));
    const counts = {
      passed: Number(result.numPassedTests ?? 0),
      failed: Number(result.numFailedTests ?? 0),
      skipped: Number(result.numPendingTests ?? 0) + Number(result.numTodoTests ?? 0),
    };
    // A file that could not be loaded, or an error outside of a test, fails no test by itself.
    if (counts.failed === 0 && (status !== 0 || counts.passed === 0)) counts.failed = 1;
    return counts;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * The line that a run closes with.
 * @param {Counts} counts
 */
export const describeCounts = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

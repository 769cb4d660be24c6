/**
 * What `npm test` runs, on a fresh clone too: dependencies, build, lint, type-check, then every test. It closes with one
 * line of counts and exits with 1 when anything failed, crashed or did not run. `--quick` leaves out what needs an engine.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  installDependencies,
  requireNode,
  root,
  run,
  runNpm,
  runScript,
  say,
  step,
} from '../src/setup/steps.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * A check that counts as one test.
 * @param {string} title
 * @param {() => Promise<number>} work resolves to an exit status
 * @returns {Promise<Counts>}
 */
async function check(title, work) {
  const status = await step(title, work).catch((error) => {
    say(error instanceof Error ? error.message : String(error));
    return 1;
  });
  if (status !== 0) say(`  FAILED: ${title}`);
  return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 };
}

/**
 * Runs vitest and reads its own count. A run that crashed, or in which no test ran, counts as a failure.
 * @param {readonly string[]} args
 * @returns {Promise<Counts>}
 */
async function runVitest(args) {
  const directory = await mkdtemp(join(tmpdir(), 'thaw-tests-'));
  const report = join(directory, 'report.json');
  try {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const status = await run(process.execPath, [
      vitest,
      'run',
      ...args,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ]);
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

/** @param {readonly Counts[]} parts */
const total = (parts) =>
  parts.reduce((sum, part) => ({
    passed: sum.passed + part.passed,
    failed: sum.failed + part.failed,
    skipped: sum.skipped + part.skipped,
  }));

await runScript(async () => {
  const [first, ...others] = process.argv.slice(2);
  const quick = first === '--quick';
  const selection = quick || first === undefined ? others : [first, ...others];
  requireNode();
  await installDependencies();
  const results = [
    await check('Build', async () => {
      const { build } = await import('../src/setup/build.mjs');
      await build();
      return 0;
    }),
    await check('Lint', () => runNpm(['run', '--silent', 'lint'], { quiet: true })),
    await check('Type-check', () => runNpm(['run', '--silent', 'typecheck'], { quiet: true })),
    await runVitest([...(quick ? ['--project', 'quick'] : []), ...selection]),
  ];
  const { passed, failed, skipped } = total(results);
  process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
  return failed === 0 ? 0 : 1;
});

/**
 * What `npm test` runs, on a fresh clone too: dependencies, build, lint, type-check, then every test. It closes with one
 * line of counts and exits with 1 when anything failed, crashed or did not run. `--quick` leaves out what needs an engine or takes long.
 */
import { installDependencies, requireNode, runNpm, runScript, say, step } from '../src/setup/steps.mjs';
import { describeCounts, runVitest } from './run-vitest.mjs';

/** @typedef {import('./run-vitest.mjs').Counts} Counts */

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
  const counts = total(results);
  process.stdout.write(`${describeCounts(counts)}\n`);
  return counts.failed === 0 ? 0 : 1;
});

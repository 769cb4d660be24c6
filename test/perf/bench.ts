/** `npm run bench`: measures every scenario on this machine, prints the tables, and writes the report. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hostOf } from '../../src/cli/process-host.ts';
import { systemClock } from '../../src/clock.ts';
import { isThawError } from '../../src/errors.ts';
import { type Interruptible, runInterruptible } from '../../src/quickstart/interruptible.ts';
import { groups } from './groups.ts';
import { describeMachine, loadNow } from './machine.ts';
import { type BenchOptions, readOptions, usage } from './options.ts';
import { prepareBench, root } from './prepare-bench.ts';
import { type BenchReport, measured, tables, targetTable } from './report.ts';
import type { Finding } from './scenario.ts';

const node = hostOf(process, fileURLToPath(import.meta.url));
const names = groups.flatMap((group) => group.names);
const say = (line: string): void => void node.stdout.write(`${line}\n`);

async function measure(options: BenchOptions, context: Interruptible): Promise<BenchReport> {
  const bench = await prepareBench(node, context, options.quick);
  const { docker, signal } = bench;
  const started = systemClock.monotonic();
  const load = loadNow();
  say('Measuring:');
  const findings: Finding[] = [];
  for (const group of groups) {
    signal.throwIfAborted();
    const wanted = (name: string): boolean => options.only.length === 0 || options.only.includes(name);
    findings.push(...(await group.run(wanted, bench)));
  }
  say(`  done in ${Math.round((systemClock.monotonic() - started) / 1000)} s\n`);
  return { ...(await describeMachine(docker, root, load)), ...measured(findings) };
}

function show({ machine, commit, node: nodeVersion, docker, ...rest }: BenchReport): number {
  for (const line of tables(rest)) say(line);
  const { lines, missed } = targetTable(rest);
  say('');
  for (const line of lines) say(line);
  say(`\n${machine.cores} cores (${machine.cpu}), ${machine.memoryGiB} GiB, ${machine.system}`);
  if (machine.load !== undefined) say(`Load ${machine.load.before} before, ${machine.load.after} after`);
  say(`Node ${nodeVersion}, Docker ${docker}, commit ${commit}`);
  return missed;
}

async function main(context: Interruptible, options: BenchOptions): Promise<number> {
  const report = await measure(options, context);
  const missed = show(report);
  if (options.json !== null) {
    const path = resolve(options.json);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${JSON.stringify(report, null, 2)}\n`);
    say(`Written to ${path}`);
  }
  return options.check && missed > 0 ? 1 : 0;
}

function explain(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `\nThe benchmark failed: ${text}\n${isThawError(error) ? `Next: ${error.next}\n` : ''}`;
}

async function start(): Promise<number> {
  let options: BenchOptions;
  try {
    options = readOptions(process.argv.slice(2), names);
  } catch (error) {
    node.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n\n${usage(names)}`);
    return 2;
  }
  return await runInterruptible(node, (context) => main(context, options), explain);
}

const status = await start();
node.stdout.write('', () => node.exit(status));

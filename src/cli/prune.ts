/** `thaw prune`: removes what nothing needs, by the owner that runs or by one that is started for it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeBytes } from '../bytes.ts';
import { type Paths, resolvePaths } from '../config.ts';
import { fetchStatus, requestPrune, requestStop } from '../control/control-client.ts';
import { readOwnerFacts } from '../control/owner-lock.ts';
import type { PruneReport } from '../control/prune.ts';
import type { Command, Flags } from './command.ts';
import type { ProcessHost } from './host.ts';
import { ownerFlags, stateDirHelp } from './owner-flags.ts';
import { reviveOwner } from './revive-owner.ts';

const OWN_FLAGS = new Set(['--dry-run', '--json']);

/** An owner for this alone. It ends afterwards, and sandboxes that ran before go on. */
async function pruneWithout(
  paths: Paths,
  host: ProcessHost,
  args: readonly string[],
  dryRun: boolean,
): Promise<PruneReport | null> {
  const facts = readOwnerFacts(paths);
  await reviveOwner(paths, { args: [...(facts?.args ?? args)] }, host);
  const report = await requestPrune(paths.controlSocket, { dryRun });
  const states = (await fetchStatus(paths.controlSocket))?.engine?.sandboxes ?? {};
  const runs = (states['started'] ?? 0) + (states['paused'] ?? 0) > 0;
  await requestStop(paths.controlSocket, { sandboxes: runs ? 'keep' : 'stop' });
  return report;
}

function text({ dryRun, items, bytes }: PruneReport): string {
  if (items.length === 0) return 'There is nothing that nothing needs.\n';
  const lines = items.map((item) => `${item.kind.padEnd(10)} ${item.what}, ${describeBytes(item.bytes)}\n`);
  const sum = `${items.length} ${items.length === 1 ? 'thing' : 'things'}, ${describeBytes(bytes)} (${bytes} bytes)`;
  return `${lines.join('')}${dryRun ? 'Would free' : 'Freed'} ${sum}.\n`;
}

async function prune(flags: Flags, host: ProcessHost, args: readonly string[]): Promise<number> {
  const stateDir = flags['state-dir'];
  const paths = resolvePaths(typeof stateDir === 'string' ? stateDir : undefined, host.environment);
  const dryRun = flags['dry-run'] === true;
  try {
    let report = await requestPrune(paths.controlSocket, { dryRun });
    if (report === null && !existsSync(join(paths.stateDir, 'thaw.db'))) {
      host.stderr.write(`thaw prune: no owner ever ran for ${paths.stateDir}.\n`);
      return 0;
    }
    const ownerArgs = args.filter((argument) => !OWN_FLAGS.has(argument));
    report ??= await pruneWithout(paths, host, ownerArgs, dryRun);
    if (report === null) throw new Error('the owner went away');
    host.stdout.write(flags['json'] === true ? `${JSON.stringify(report, null, 2)}\n` : text(report));
    return 0;
  } catch (error) {
    host.stderr.write(`thaw prune: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

export const pruneCommand: Command = {
  flags: { ...ownerFlags, 'dry-run': { type: 'boolean' }, json: { type: 'boolean' } },
  help: () =>
    `Usage: thaw prune [options]\n\nRemoves what no sandbox, backup or snapshot needs: files and containers without a record, images of snapshots that failed\nor have no record, builds and pools that are not in use, agents of earlier releases, and logs set aside a week ago.\nBytes of images are estimates. Without an owner one is started for it, with the options of \`thaw serve\` that are given.\n\nOptions:\n${stateDirHelp}  --dry-run        change nothing, show what would go\n  --json           as JSON\n`,
  run: prune,
};

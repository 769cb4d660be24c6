/** `thaw status`: what the owner does, as a table or as JSON. */
import { resolvePaths } from '../config.ts';
import { fetchStatus } from '../control/control-client.ts';
import type { Command, Flags } from './command.ts';
import type { ProcessHost } from './host.ts';
import { stateDirFlag, stateDirHelp } from './owner-flags.ts';
import { statusText } from './status-text.ts';

/** The convention of service managers for "not running". */
const NOT_RUNNING = 3;

async function status(flags: Flags, host: ProcessHost): Promise<number> {
  const stateDir = flags['state-dir'];
  const paths = resolvePaths(typeof stateDir === 'string' ? stateDir : undefined, host.environment);
  const asJson = flags['json'] === true;
  try {
    const found = await fetchStatus(paths.controlSocket);
    const running = found !== null;
    if (asJson) host.stdout.write(`${JSON.stringify({ running, ...found }, null, 2)}\n`);
    else host.stdout.write(running ? statusText(found) : `No owner runs for ${paths.stateDir}.\n`);
    return running ? 0 : NOT_RUNNING;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    host.stderr.write(`thaw status: the owner does not answer: ${reason}\n`);
    return 1;
  }
}

export const statusCommand: Command = {
  flags: { ...stateDirFlag, json: { type: 'boolean' } },
  help: () =>
    `Usage: thaw status [options]\n\nShows the owner, its pool and its sandboxes. Ends with status 0 when an owner runs, 3 when none does.\n\nOptions:\n${stateDirHelp}  --json           as JSON\n`,
  run: status,
};

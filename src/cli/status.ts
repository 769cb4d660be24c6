/** `thaw status`: what the owner does, as a table or as JSON. */
import { resolvePaths } from '../config.ts';
import { fetchStatus } from '../control/control-client.ts';
import { backendFlags, backendFlagsHelp, backendOf, backendText, showBackend } from './backend-choice.ts';
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
  const backend = showBackend(backendOf(flags, host));
  try {
    const found = await fetchStatus(paths.controlSocket);
    const running = found !== null;
    const text = running ? statusText(found) : `No owner runs for ${paths.stateDir}.\n`;
    const row = `${'backend'.padEnd(10)} ${backendText(backend)}\n`;
    host.stdout.write(
      asJson ? `${JSON.stringify({ running, backend, ...found }, null, 2)}\n` : `${row}${text}`,
    );
    // The remote backend needs no owner.
    return running || backend.kind === 'remote' ? 0 : NOT_RUNNING;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    host.stderr.write(`thaw status: the owner does not answer: ${reason}\n`);
    return 1;
  }
}

export const statusCommand: Command = {
  flags: { ...stateDirFlag, ...backendFlags, json: { type: 'boolean' } },
  help: () =>
    `Usage: thaw status [options]\n\nShows the backend in use, the owner, its pool and its sandboxes. Ends with status 0 when an owner runs or none is needed, 3 when none does.\n\nOptions:\n${stateDirHelp}${backendFlagsHelp}  --json           as JSON\n`,
  run: status,
};

/**
 * `thaw mcp`: what an MCP client spawns. Connects to the owner (starting one when none runs) and relays bytes.
 * Imports little more than node:net, because clients wait for it. It sets no signal handlers: a signal ends it
 * at once even while a write to a client that does not read blocks, and it holds nothing that needs care.
 */
import { resolvePaths } from '../config.ts';
import { backendOf } from './backend-choice.ts';
import type { Command, Flags } from './command.ts';
import type { ProcessHost } from './host.ts';
import { ownerFlags, ownerFlagsHelp } from './owner-flags.ts';
import { connectToOwner } from './relay/connect.ts';
import { connectionSettings } from './relay/connection-settings.ts';
import { pump } from './relay/pump.ts';
import { refuse } from './relay/refuse.ts';

const PARENT_CHECK_MS = 1_000;

/** A wrapper may keep the pipe open after the client died, so the parent is watched as well. */
function exitWithParent(host: ProcessHost): void {
  const parent = host.parentPid();
  setInterval(() => {
    if (host.parentPid() !== parent) host.exit(0);
  }, PARENT_CHECK_MS).unref();
}

async function relay(flags: Flags, host: ProcessHost, args: readonly string[]): Promise<number> {
  exitWithParent(host);
  const choice = backendOf(flags, host);
  if (choice.kind === 'remote') {
    // Loaded only here: a relay needs none of it.
    const { serveRemote } = await import('./mcp-remote.ts');
    return await serveRemote(choice.settings, flags, host);
  }
  const stateDir = flags['state-dir'];
  const paths = resolvePaths(typeof stateDir === 'string' ? stateDir : undefined, host.environment);
  const { line, ownerArgs, ownerEnvironment } = connectionSettings(flags, args, host.environment);
  const ownerCommand = [...host.self, 'serve', ...ownerArgs];
  let socket: Awaited<ReturnType<typeof connectToOwner>>;
  try {
    socket = await connectToOwner({ paths, pid: host.pid, ownerCommand, ownerEnvironment });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `Thaw's owner process could not be started: ${reason}`;
    host.stderr.write(`thaw mcp: ${message} (log: ${paths.logFile})\n`);
    await refuse(host, `${message}. Run \`thaw doctor\` on the host.`);
    return 1;
  }
  if (line !== null) socket.write(line);
  const end = await pump({ stdin: host.stdin, stdout: host.stdout, socket });
  if (end === 'client') return 0;
  host.stderr.write(
    `thaw mcp: the owner ended; start the client's connection again (log: ${paths.logFile})\n`,
  );
  return 1;
}

export const mcpCommand: Command = {
  flags: ownerFlags,
  help: () =>
    `Usage: thaw mcp [options]\n\nServes MCP on standard input and output by way of the owner, and starts the owner when none runs.\nWith the remote backend it serves a Daytona-compatible API by itself.\nThe options are those of \`thaw serve\`. Those of the tools (--toolsets to --host-paths) count for this connection alone,\nwithin what the owner allows; the others count when this starts the owner.\n\nOptions:\n${ownerFlagsHelp()}`,
  run: relay,
};

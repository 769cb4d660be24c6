/** `thaw serve`: runs the owner in the foreground until it is told to end or has nothing to do. */
import { type Owner, startOwner } from '../app.ts';
import { systemClock } from '../clock.ts';
import type { EngineOpener } from '../control/engine-supply.ts';
import type { OwnerConfig } from '../control/owner-config.ts';
import { readOwnerFacts } from '../control/owner-lock.ts';
import { UnsafeDirectoryError } from '../control/private-dir.ts';
import { createLogger, type Logger } from '../log.ts';
import type { ProtocolExtension } from '../server/extension.ts';
import { type Command, type Flags, UsageError } from './command.ts';
import type { ProcessHost } from './host.ts';
import { ownerFlags, ownerFlagsHelp } from './owner-flags.ts';
import { readConfig } from './read-config.ts';

/** Makes the opener of the engine for a configuration; tests hand in another. */
export type OpenerFactory = (config: OwnerConfig, log: Logger, host: ProcessHost) => EngineOpener;

const explain = (error: unknown): string => {
  if (error instanceof UnsafeDirectoryError) return error.message;
  return error instanceof Error ? error.message : String(error);
};

interface SignalTarget {
  /** Ends this owner on the first signal, also when that came before the owner was there. */
  hand(owner: Owner): void;
}

/** Signals end the owner and keep the sandboxes; a second one ends it at once. */
function obeySignals(host: ProcessHost, log: Logger): SignalTarget {
  let owner: Owner | null = null;
  let asked = false;
  const shutDown = (): void => owner?.shutdown({ sandboxes: 'keep', release: false });
  host.onSignal((signal) => {
    log.info({ signal }, asked ? 'second signal: ending at once' : 'signal');
    if (asked) host.exit(1);
    asked = true;
    shutDown();
  });
  host.onCrash((error) => {
    log.fatal({ err: error }, 'unhandled error');
    host.exit(1);
  });
  return {
    hand: (started) => {
      owner = started;
      if (asked) shutDown();
    },
  };
}

async function serve(
  flags: Flags,
  host: ProcessHost,
  args: readonly string[],
  makeOpener: OpenerFactory,
  extension: ProtocolExtension,
): Promise<number> {
  const config = readConfig(flags, host);
  if (config.backend === 'remote') {
    throw new UsageError(
      'An owner runs sandboxes on this machine and has no remote backend. `thaw mcp --backend remote` serves a Daytona-compatible API by itself.',
    );
  }
  const log = createLogger(config.logLevel, config.paths.logFile);
  const signals = obeySignals(host, log);
  let owner: Owner | null;
  try {
    const openEngine = makeOpener(config, log, host);
    owner = await startOwner({ config, openEngine, clock: systemClock, log, pid: host.pid, args, extension });
  } catch (error) {
    host.stderr.write(`thaw serve: ${explain(error)}\n`);
    return 1;
  }
  if (owner === null) {
    const pid = readOwnerFacts(config.paths)?.pid ?? 'not known yet';
    host.stderr.write(`thaw serve: an owner already runs for ${config.paths.stateDir} (pid ${pid}).\n`);
    return 0;
  }
  signals.hand(owner);
  try {
    await owner.closed;
    return 0;
  } catch (error) {
    log.error({ err: error }, 'the owner did not end cleanly');
    host.stderr.write(`thaw serve: ${explain(error)}\n`);
    return 1;
  }
}

/** `extension` is for tests: the package passes none. */
export const serveCommand = (makeOpener: OpenerFactory, extension: ProtocolExtension = {}): Command => ({
  flags: ownerFlags,
  help: () =>
    `Usage: thaw serve [options]\n\nRuns the owner of the sandboxes. \`thaw mcp\` starts it by itself when none runs.\nFlags count more than environment variables.\n\nOptions:\n${ownerFlagsHelp()}`,
  run: (flags, host, args) => serve(flags, host, args, makeOpener, extension),
});

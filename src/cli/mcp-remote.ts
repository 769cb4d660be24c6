/** `thaw mcp` with the remote backend: serves MCP in this process, and needs neither an owner nor Docker. */
import { tools } from '../../tools/index.ts';
import type { RemoteSettings } from '../backend/choose.ts';
import { systemClock } from '../clock.ts';
import { hostAccess } from '../host-files/host-access.ts';
import { createLogger } from '../log.ts';
import { openRemoteBackend } from '../remote/open.ts';
import { serveStdio } from '../server/stdio.ts';
import { configuredWords } from '../server/surface-settings.ts';
import { Surfaces } from '../server/surfaces.ts';
import { TaskBook } from '../server/tasks/task-book.ts';
import type { Flags } from './command.ts';
import type { ProcessHost } from './host.ts';
import { readConfig } from './read-config.ts';

/** Resolves to the exit status when the client ended its requests. Throws UsageError. */
export async function serveRemote(
  settings: RemoteSettings,
  flags: Flags,
  host: ProcessHost,
): Promise<number> {
  const config = readConfig(flags, host);
  const { logLevel, hostPaths } = config;
  const log = createLogger(logLevel);
  const clock = systemClock;
  const backend = openRemoteBackend({ settings, clock, log });
  log.info({ api: settings.apiUrl, key: settings.tokenSource }, 'serving a Daytona-compatible API');
  try {
    const allowed = hostPaths === null ? {} : { host: hostAccess(hostPaths) };
    await serveStdio(host, {
      ...allowed,
      catalogue: new Surfaces(tools, configuredWords(config)).for(null),
      backend: () => Promise.resolve(backend),
      // Commands go on behind this process, and so do tasks, for whoever comes with the same key.
      tasks: new TaskBook(settings.token),
      clock,
      log,
    });
  } finally {
    await backend.close();
  }
  return 0;
}

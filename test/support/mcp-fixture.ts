/** An MCP server of Thaw on a temporary socket inside the test's own process, with any backend. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend } from '../../src/backend/port.ts';
import { systemClock } from '../../src/clock.ts';
import { silentLogger } from '../../src/log.ts';
import type { BackendSource } from '../../src/server/call-tool.ts';
import { buildCatalogue } from '../../src/server/catalogue.ts';
import { Connections } from '../../src/server/connections.ts';
import { openSocketServer } from '../../src/server/socket-server.ts';
import type { TaskBook } from '../../src/server/tasks/task-book.ts';
import type { Tool } from '../../tools/define-tool.ts';
import type { HostAccess } from '../../tools/host-access.ts';
import { tools } from '../../tools/index.ts';

export interface McpFixture {
  readonly path: string;
  readonly connections: Connections;
  close(): Promise<void>;
}

export interface McpFixtureOptions {
  readonly tools?: readonly Tool[];
  readonly maxClients?: number;
  readonly host?: HostAccess;
  readonly tasks?: TaskBook;
}

export async function serveOnSocket(
  backend: Backend | BackendSource,
  options: McpFixtureOptions = {},
): Promise<McpFixture> {
  const directory = mkdtempSync(join(tmpdir(), 'thaw-mcp-'));
  const path = join(directory, 'mcp.sock');
  const log = silentLogger();
  const connections = new Connections({
    catalogue: buildCatalogue(options.tools ?? tools),
    backend: typeof backend === 'function' ? backend : () => Promise.resolve(backend),
    clock: systemClock,
    log,
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(options.tasks === undefined ? {} : { tasks: options.tasks }),
  });
  const { maxClients = 256 } = options;
  const server = await openSocketServer({ path, connections, maxClients, clock: systemClock, log });
  return {
    path,
    connections,
    close: async () => {
      await server.close();
      await connections.closeAll();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Revision 2026-07-28 on a connection of lines. Loaded when the first client of that era comes. */
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { CallLimit } from './call-limit.ts';
import type { EraChannel } from './era-transport.ts';
import type { ProtocolExtension } from './extension.ts';
import { createModernServer } from './modern-server.ts';
import { CALLS_OF_ONE_CLIENT, type McpServerDependencies } from './tool-request.ts';

/** Serves the channel until its connection closes. */
export function serveModern(
  channel: EraChannel,
  dependencies: McpServerDependencies,
  extension: ProtocolExtension,
): void {
  const limit = new CallLimit(CALLS_OF_ONE_CLIENT);
  serveStdio(() => createModernServer(dependencies, limit, extension), {
    transport: channel,
    legacy: 'reject',
    onerror: (error) => dependencies.log.debug({ err: error }, 'connection reported an error'),
  });
}

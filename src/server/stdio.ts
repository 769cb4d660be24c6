/** MCP on standard input and output, for serving in the process that the client spawned. */
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../clock.ts';
import { Connections } from './connections.ts';
import { LineTransport } from './line-transport.ts';
import type { McpServerDependencies } from './tool-request.ts';

/** Serves one client until its input ends and what it asked for is answered (within the transport's bound). */
export async function serveStdio(
  streams: { readonly stdin: Readable; readonly stdout: Writable },
  dependencies: McpServerDependencies & { readonly clock: Clock },
): Promise<void> {
  const transport = new LineTransport({
    input: streams.stdin,
    output: streams.stdout,
    clock: dependencies.clock,
  });
  const closed = new Promise<void>((resolve) => {
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has callbacks and no events
    transport.onclose = resolve;
  });
  await new Connections(dependencies).serve(transport);
  await closed;
}

/** Every open connection of this process: serves each with a server of its own, counts them, closes them all. */
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { Logger } from '../log.ts';
import { createMcpServer, type McpServerDependencies } from './mcp-server.ts';

export interface ClientFacts {
  readonly id: number;
  /** What the client calls itself, once it has said so. */
  readonly name: string | null;
}

export class Connections {
  readonly #dependencies: McpServerDependencies;
  readonly #log: Logger;
  readonly #open = new Map<number, ReturnType<typeof createMcpServer>>();
  #served = 0;

  constructor(dependencies: McpServerDependencies) {
    this.#dependencies = dependencies;
    this.#log = dependencies.log;
  }

  get size(): number {
    return this.#open.size;
  }

  clients(): readonly ClientFacts[] {
    return [...this.#open].map(([id, server]) => ({ id, name: server.getClientVersion()?.name ?? null }));
  }

  /** Serves `transport` until it closes. Resolves when the server listens to it. */
  async serve(transport: Transport): Promise<void> {
    this.#served += 1;
    const id = this.#served;
    const log = this.#log.child({ connection: id });
    const server = createMcpServer({ ...this.#dependencies, log });
    this.#open.set(id, server);
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has callbacks and no events
    server.onclose = () => {
      this.#open.delete(id);
      log.debug({ client: server.getClientVersion()?.name }, 'connection closed');
    };
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has callbacks and no events
    server.onerror = (error) => log.debug({ err: error }, 'connection reported an error');
    await server.connect(transport);
    log.debug('connection opened');
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#open.values()].map((server) => server.close()));
  }
}

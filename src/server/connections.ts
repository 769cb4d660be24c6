/** Every open connection of this process: serves each with servers of its own, counts them, closes them all. */
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { Logger } from '../log.ts';
import { EraTransport } from './era-transport.ts';
import type { ProtocolExtension } from './extension.ts';
import { createMcpServer, type LegacyServer } from './mcp-server.ts';
import type { McpServerDependencies } from './tool-request.ts';

export interface ClientFacts {
  readonly id: number;
  /** What the client calls itself, once it has said so. */
  readonly name: string | null;
}

type OpenServer = LegacyServer['server'];

export class Connections {
  readonly #dependencies: McpServerDependencies;
  readonly #extension: ProtocolExtension;
  readonly #log: Logger;
  readonly #open = new Map<number, OpenServer>();
  #served = 0;

  constructor(dependencies: McpServerDependencies, extension: ProtocolExtension = {}) {
    this.#dependencies = dependencies;
    this.#extension = extension;
    this.#log = dependencies.log;
  }

  get size(): number {
    return this.#open.size;
  }

  clients(): readonly ClientFacts[] {
    return [...this.#open].map(([id, server]) => ({ id, name: server.getClientVersion()?.name ?? null }));
  }

  /** Serves a connection of lines in both eras until it closes, with what is its own. Resolves when it is read. */
  async serve(transport: Transport, own: Partial<McpServerDependencies> = {}): Promise<void> {
    const { server, wrap, dependencies } = this.#add(own);
    const split = new EraTransport(transport, {
      openModern: async (channel) => {
        const { serveModern } = await import('./modern-connection.ts');
        serveModern(channel, dependencies, this.#extension);
      },
    });
    await server.connect(wrap(split.legacy));
    await split.start();
  }

  /** Serves a session of the older era until it closes. Resolves when the server listens to it. */
  async serveLegacy(transport: Transport, own: Partial<McpServerDependencies> = {}): Promise<void> {
    const { server, wrap } = this.#add(own);
    await server.connect(wrap(transport));
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#open.values()].map((server) => server.close()));
  }

  #add(own: Partial<McpServerDependencies>): LegacyServer & { dependencies: McpServerDependencies } {
    this.#served += 1;
    const id = this.#served;
    const log = this.#log.child({ connection: id });
    const dependencies = { ...this.#dependencies, ...own, log };
    const { server, wrap } = createMcpServer(dependencies, this.#extension);
    this.#open.set(id, server);
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has callbacks and no events
    server.onclose = () => {
      this.#open.delete(id);
      log.debug({ client: server.getClientVersion()?.name }, 'connection closed');
    };
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has callbacks and no events
    server.onerror = (error) => log.debug({ err: error }, 'connection reported an error');
    log.debug('connection opened');
    return { server, wrap, dependencies };
  }
}

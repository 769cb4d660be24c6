/** Loads Socket.IO when the first client for events comes: it takes longer to load than all else of the API. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { EventSocketOptions, EventSockets } from './event-sockets.ts';

export interface LazyEvents {
  /** Resolves when the request is with Socket.IO. */
  get(): Promise<EventSockets>;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

export function lazyEvents(options: EventSocketOptions): LazyEvents {
  let opening: Promise<EventSockets> | null = null;
  const get = (): Promise<EventSockets> => {
    opening ??= import('./event-sockets.ts').then(({ openEventSockets }) => openEventSockets(options));
    return opening;
  };
  return {
    get,
    upgrade(request, socket, head) {
      get()
        .then((events) => events.upgrade(request, socket, head))
        .catch((error: unknown) => {
          options.log.error({ err: error }, 'Socket.IO cannot be served');
          socket.destroy();
        });
    },
    close: async () => await (await opening)?.close(),
  };
}

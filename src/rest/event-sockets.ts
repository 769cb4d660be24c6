/**
 * Socket.IO at `/api/socket.io/`, where clients of the API hear of changes instead of asking again and again. WebSockets
 * only; who connects shows its key in the CONNECT packet and hears of its own organization.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { callbackify } from 'node:util';
import { Server, type Socket } from 'socket.io';
import type { BackendEvent } from '../backend/events.ts';
import type { Backend, CallContext } from '../backend/port.ts';
import { type Authenticator, AuthFailure } from '../http/service.ts';
import type { Logger } from '../log.ts';
import { type ServerFacts, toSandbox, toSnapshot } from './to-answers.ts';

const PATH = '/api/socket.io/';
const MAX_CLIENTS = 512;
const MAX_PACKET_BYTES = 64 * 1024;
const CONNECT_MS = 10_000;
const MAX_TOKEN = 16_384;
/** Packets that may wait for a client that does not read; beyond it has to connect anew. */
const MAX_WAITING = 1_000;

export interface EventSocketOptions {
  readonly authenticator: Authenticator;
  readonly backend: (call: CallContext) => Promise<Backend>;
  readonly facts: ServerFacts;
  readonly log: Logger;
}

export interface EventSockets {
  handle(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

const roomOf = (organizationId: string | null): string => `organization ${organizationId ?? ''}`;

/** What is sent, in the forms of the API's own events. */
function payloadOf(event: BackendEvent, facts: ServerFacts): unknown {
  switch (event.kind) {
    case 'sandbox.created':
      return toSandbox(event.sandbox, facts);
    case 'sandbox.state.updated': {
      const { oldState, newState } = event;
      return { sandbox: toSandbox(event.sandbox, facts), oldState, newState };
    }
    case 'sandbox.desired-state.updated': {
      const { oldDesiredState, newDesiredState } = event;
      return { sandbox: toSandbox(event.sandbox, facts), oldDesiredState, newDesiredState };
    }
    case 'snapshot.created':
    case 'snapshot.removed':
      return toSnapshot(event.snapshot, facts);
    case 'snapshot.state.updated': {
      const { oldState, newState } = event;
      return { snapshot: toSnapshot(event.snapshot, facts), oldState, newState };
    }
    case 'volume.state.updated': {
      const { oldState, newState, volume } = event;
      return { volume, oldState, newState };
    }
    case 'volume.created':
    case 'volume.lastUsedAt.updated':
    default:
      return event.volume;
  }
}

/** Cuts a client off that does not read what it is told. */
function boundWaiting(socket: Socket): void {
  let waiting = 0;
  socket.conn.on('packetCreate', () => {
    waiting += 1;
    if (waiting > MAX_WAITING) socket.disconnect(true);
  });
  socket.conn.on('drain', () => {
    waiting = 0;
  });
}

function tokenOf({ handshake }: Socket): string {
  const token: unknown = handshake.auth['token'];
  return typeof token === 'string' && token.length <= MAX_TOKEN && /^\S+$/.test(token) ? token : '';
}

export function openEventSockets({ authenticator, backend, facts, log }: EventSocketOptions): EventSockets {
  // It never listens: the owner's listener passes on what is meant for it.
  const inner = createServer();
  const io = new Server(inner, {
    path: PATH,
    transports: ['websocket'],
    serveClient: false,
    connectTimeout: CONNECT_MS,
    maxHttpBufferSize: MAX_PACKET_BYTES,
    perMessageDeflate: false,
    allowRequest: (_request, decide) => decide(null, io.engine.clientsCount < MAX_CLIENTS),
  });
  const closing = new AbortController();
  let leave: (() => void) | null = null;
  let joining: Promise<void> | null = null;

  const forward = (event: BackendEvent): void => {
    io.to(roomOf(event.organizationId)).emit(event.kind, payloadOf(event, facts));
  };

  /** Listens for changes as soon as there is a backend; one that is not there now is asked for again by the next client. */
  const join = (): void => {
    if (leave !== null || joining !== null) return;
    joining = backend({ signal: closing.signal })
      .then(({ events }) => {
        if (events !== undefined && !closing.signal.aborted) leave = events.subscribe(forward);
      })
      .catch((error: unknown) => log.warn({ err: error }, 'changes are not told to clients of the API'))
      .finally(() => {
        joining = null;
      });
  };

  /** Throws for whom it does not let in. */
  const admit = async (socket: Socket): Promise<void> => {
    const { request } = socket;
    request.headers.authorization = `Bearer ${tokenOf(socket)}`;
    const identity = await authenticator.authenticate(request);
    if (identity instanceof AuthFailure) throw new Error('Unauthorized');
    await socket.join(roomOf(identity.organizationId));
    boundWaiting(socket);
    join();
  };
  io.use((socket, next) => callbackify(admit)(socket, (error) => next(error ?? undefined)));

  return {
    handle: (request, response) => void inner.emit('request', request, response),
    upgrade: (request, socket, head) => void inner.emit('upgrade', request, socket, head),
    async close() {
      closing.abort();
      leave?.();
      await joining;
      await io.close();
    },
  };
}

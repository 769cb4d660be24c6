/**
 * The HTTP sessions of clients of revisions up to 2025-11-25. Each belongs to the key that opened it; one that nobody
 * uses ends, and the one unused for longest makes room when there are too many.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Clock } from '../../clock.ts';
import { newUuid } from '../../ids.ts';
import type { Identity } from '../../keys/permissions.ts';
import type { Connections } from '../connections.ts';
import { type Caller, dependenciesOf, principalOf } from './caller.ts';
import { EventLog } from './event-log.ts';
import { QuickAnswers } from './quick-answers.ts';

const SWEEPS_PER_LIFE = 4;
/** How long a client waits until it asks for the rest of a stream that broke. */
const RETRY_MS = 1_000;

export interface SessionsOptions {
  readonly connections: Connections;
  readonly clock: Clock;
  /** A session without a request and without an open stream for this long ends. */
  readonly idleMs: number;
  readonly maxSessions: number;
}

interface Session {
  readonly transport: QuickAnswers;
  readonly owner: string;
  /** Requests and streams that are open. */
  open: number;
  usedAtMs: number;
}

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #byId = new Map<string, Session>();
  #endSweeps: () => void = () => {};
  #isSweeping = false;
  #opening = 0;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** The session that `id` names, or null when there is none that belongs to the caller. */
  find(id: string, identity: Identity): Session | null {
    const session = this.#byId.get(id);
    return session !== undefined && session.owner === principalOf(identity) ? session : null;
  }

  /** Opens one for a client's first request. Null when there are too many and all are in use. */
  async open(caller: Caller, options: { readonly json: boolean }): Promise<Session | null> {
    if (this.#byId.size + this.#opening >= this.#options.maxSessions && !(await this.#endIdlest()))
      return null;
    this.#opening += 1;
    try {
      return await this.#connect(caller, options);
    } finally {
      this.#opening -= 1;
    }
  }

  async #connect(caller: Caller, options: { readonly json: boolean }): Promise<Session> {
    const events = options.json ? {} : { eventStore: new EventLog(), retryInterval: RETRY_MS };
    const streams = new StreamableHTTPServerTransport({
      // Chosen here and never by a client, so nobody can be made to use a session that another one knows.
      sessionIdGenerator: newUuid,
      onsessioninitialized: (id) => {
        this.#byId.set(id, session);
        this.#sweepLater();
      },
      enableJsonResponse: options.json,
      ...events,
    });
    const { clock, connections } = this.#options;
    const transport = new QuickAnswers(streams, clock);
    const owner = principalOf(caller.identity);
    const session: Session = { transport, owner, open: 0, usedAtMs: clock.monotonic() };
    await connections.serveLegacy(transport, dependenciesOf(caller));
    const served = transport.onclose;
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has callbacks and no events
    transport.onclose = () => {
      if (transport.sessionId !== undefined) this.#byId.delete(transport.sessionId);
      served?.();
    };
    return session;
  }

  /** Passes a request on. A session that was not initialized by its first one ends with it. */
  async handle(
    session: Session,
    request: IncomingMessage,
    response: ServerResponse,
    body: unknown,
  ): Promise<void> {
    const { clock } = this.#options;
    session.usedAtMs = clock.monotonic();
    if (!response.closed) {
      session.open += 1;
      response.once('close', () => {
        session.open -= 1;
        session.usedAtMs = clock.monotonic();
      });
    }
    await session.transport.handle(request, response, body);
    if (session.transport.sessionId === undefined) await session.transport.close();
  }

  async closeAll(): Promise<void> {
    this.#endSweeps();
    await Promise.all([...this.#byId.values()].map(({ transport }) => transport.close()));
  }

  async #endIdlest(): Promise<boolean> {
    const [idlest] = [...this.#byId.values()]
      .filter(({ open }) => open === 0)
      .sort((a, b) => a.usedAtMs - b.usedAtMs);
    await idlest?.transport.close();
    return idlest !== undefined;
  }

  #sweepLater(): void {
    if (this.#isSweeping) return;
    this.#isSweeping = true;
    const { clock, idleMs } = this.#options;
    this.#endSweeps = clock.schedule(idleMs / SWEEPS_PER_LIFE, () => this.#sweep());
  }

  #sweep(): void {
    const { clock, idleMs } = this.#options;
    const old = [...this.#byId.values()].filter(
      ({ open, usedAtMs }) => open === 0 && clock.monotonic() - usedAtMs >= idleMs,
    );
    // Closing one only lets go of memory; it cannot fail in a way that somebody could act on.
    for (const { transport } of old) transport.close().catch(() => {});
    this.#isSweeping = false;
    if (this.#byId.size > old.length) this.#sweepLater();
  }
}

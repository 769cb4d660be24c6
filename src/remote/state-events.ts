/**
 * The server's events about sandboxes, by Socket.IO, where it has them: they end a wait sooner than the next look.
 * Connected when something waits for the first time; a server without them is not asked again for a while.
 */
import type { Socket } from 'socket.io-client';
import { z } from 'zod';
import type { RemoteSettings } from '../backend/choose.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';

const CONNECT_LIMIT_MS = 5_000;
/** How long a server counts as one without events. */
const ASK_AGAIN_MS = 300_000;

const About = z.looseObject({ id: z.string() });
const StateChange = z.looseObject({ sandbox: About });

export interface Watch {
  /** Resolves at the next event about the sandbox; at once when one came since the last call. */
  next(): Promise<void>;
  /** Whether the server tells of changes right now. */
  readonly live: boolean;
  close(): void;
}

export class StateEvents {
  readonly #settings: RemoteSettings;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #listeners = new Map<string, Set<() => void>>();
  #socket: Socket | null = null;
  #opening: Promise<void> | null = null;
  #askAgainAtMs = 0;
  #closed = false;

  constructor({
    settings,
    clock,
    log,
  }: {
    readonly settings: RemoteSettings;
    readonly clock: Clock;
    readonly log: Logger;
  }) {
    this.#settings = settings;
    this.#clock = clock;
    this.#log = log;
  }

  /** Never fails and never waits for the connection. Close it. */
  watch(id: string): Watch {
    this.#open();
    let happened = false;
    let wake: () => void = () => {};
    const notice = (): void => {
      happened = true;
      wake();
    };
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(notice));
    const isLive = (): boolean => this.#socket?.connected === true;
    return {
      next: () =>
        new Promise((resolve) => {
          const done = (): void => {
            happened = false;
            resolve();
          };
          if (happened) done();
          else wake = done;
        }),
      get live() {
        return isLive();
      },
      close: () => {
        listeners.delete(notice);
        if (listeners.size === 0) this.#listeners.delete(id);
      },
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#opening;
    this.#socket?.disconnect();
    this.#socket = null;
  }

  #open(): void {
    if (this.#closed || this.#opening !== null || this.#socket !== null) return;
    if (this.#clock.monotonic() < this.#askAgainAtMs) return;
    this.#opening = this.#connect().finally(() => {
      this.#opening = null;
    });
  }

  #emit(payload: unknown): void {
    const change = StateChange.safeParse(payload);
    const about = change.success ? change : About.safeParse(payload);
    if (!about.success) return;
    const id = 'sandbox' in about.data ? StateChange.parse(payload).sandbox.id : About.parse(payload).id;
    for (const listener of this.#listeners.get(id) ?? []) listener();
  }

  async #connect(): Promise<void> {
    // Loaded only now: most calls wait for nothing.
    const { io } = await import('socket.io-client');
    const { apiUrl, token, organizationId } = this.#settings;
    const { origin, pathname } = new URL(apiUrl);
    const socket = io(origin, {
      path: `${pathname.replace(/\/$/, '')}/socket.io/`,
      transports: ['websocket'],
      auth: { token },
      query: { source: 'thaw', ...(organizationId === null ? {} : { organizationId }) },
      timeout: CONNECT_LIMIT_MS,
      reconnectionAttempts: 3,
      forceNew: true,
      autoConnect: false,
    });
    const giveUp = (reason: string): void => {
      this.#log.debug({ reason }, 'the server tells of no changes; it is asked instead');
      this.#askAgainAtMs = this.#clock.monotonic() + ASK_AGAIN_MS;
      socket.disconnect();
      if (this.#socket === socket) this.#socket = null;
    };
    socket.on('sandbox.created', (payload: unknown) => this.#emit(payload));
    socket.on('sandbox.state.updated', (payload: unknown) => this.#emit(payload));
    socket.on('disconnect', (reason) => {
      // The server's own wish; the library comes back by itself after everything else.
      if (reason === 'io server disconnect') giveUp(reason);
    });
    socket.io.on('reconnect_failed', () => giveUp('reconnecting failed'));
    this.#socket = socket;
    await new Promise<void>((resolve) => {
      socket.once('connect', resolve);
      socket.once('connect_error', () => {
        giveUp('no connection');
        resolve();
      });
      socket.connect();
    });
  }
}

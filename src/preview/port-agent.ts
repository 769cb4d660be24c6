/** Connections into sandboxes that are kept between requests: one pool for each port of each start of a sandbox. */
import { Agent, type ClientRequest, type ClientRequestArgs } from 'node:http';
import type { Duplex } from 'node:stream';
import type { PreviewGrant, PreviewTarget } from '../backend/preview-target.ts';
import type { Clock } from '../clock.ts';

/** Browsers open six to a host; development servers are asked for hundreds of modules at once. */
const MAX_SOCKETS = 128;
const MAX_FREE_SOCKETS = 8;
/** Node's own server keeps idle connections for 5 s: whoever reuses one must not meet its end. */
const IDLE_MS = 4_000;

/** What the pool asks of a socket to hold the event loop: a stream over the agent's connection does not. */
const unheld = { ref: () => undefined, unref: () => undefined };

type Connected = (error: Error | null, stream: Duplex) => void;

class PortAgent extends Agent {
  readonly #dial: () => Promise<Duplex>;
  readonly #clock: Clock;
  readonly #onIdle: () => void;
  readonly #timers = new WeakMap<Duplex, () => void>();

  constructor(dial: () => Promise<Duplex>, clock: Clock, onIdle: () => void) {
    super({ keepAlive: true, maxSockets: MAX_SOCKETS, maxFreeSockets: MAX_FREE_SOCKETS, scheduling: 'lifo' });
    this.#dial = dial;
    this.#clock = clock;
    this.#onIdle = onIdle;
  }

  override createConnection(_options: ClientRequestArgs, connected?: Connected): undefined {
    this.#dial().then(
      (stream) => {
        connected?.(null, Object.assign(stream, unheld));
        stream.once('close', this.#checkSoon);
      },
      (error: unknown) => {
        if (connected !== undefined) Reflect.apply(connected, undefined, [error]);
        this.#checkSoon();
      },
    );
  }

  override keepSocketAlive(stream: Duplex): boolean {
    this.#timers.set(
      stream,
      this.#clock.schedule(IDLE_MS, () => stream.destroy()),
    );
    return true;
  }

  override reuseSocket(stream: Duplex, request: ClientRequest): void {
    this.#timers.get(stream)?.();
    super.reuseSocket(stream, request);
  }

  /** Later, because the pool's own listeners take out what was closed. */
  readonly #checkSoon = (): void => {
    this.#clock.schedule(0, () => {
      const pools = [this.sockets, this.freeSockets, this.requests];
      if (pools.flatMap((pool) => Object.values(pool)).every((list) => (list?.length ?? 0) === 0))
        this.#onIdle();
    });
  };
}

export class PortAgents {
  readonly #agents = new Map<string, PortAgent>();
  readonly #target: () => PreviewTarget | null;
  readonly #clock: Clock;

  constructor(target: () => PreviewTarget | null, clock: Clock) {
    this.#target = target;
    this.#clock = clock;
  }

  /** How many pools there are, for tests. */
  get size(): number {
    return this.#agents.size;
  }

  for(grant: PreviewGrant): Agent {
    const { sandboxId, generation, port } = grant;
    const key = `${sandboxId}:${generation}:${port}`;
    const known = this.#agents.get(key);
    if (known !== undefined) return known;
    const dial = async (): Promise<Duplex> => {
      const target = this.#target();
      if (target === null) throw new Error('the engine is closed');
      return await target.dial(grant);
    };
    const agent = new PortAgent(dial, this.#clock, () => {
      if (this.#agents.get(key) === agent) this.#agents.delete(key);
    });
    this.#agents.set(key, agent);
    return agent;
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }
}

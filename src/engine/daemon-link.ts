/** Follows the Docker Engine's events, notices when it goes away, and tells when it is back. */
import type { EngineContext } from './context.ts';
import type { ContainerEvent } from './docker/container-event.ts';
import { ownerFilter, ROLE_LABEL } from './labels.ts';
import { Backoff } from './pool/backoff.ts';

export interface LinkListener {
  onEvent(event: ContainerEvent): void;
  /** The daemon went away. */
  onLost(): void;
  /** The daemon answers again: what happened in between is unknown. */
  onBack(): Promise<void>;
}

export class DaemonLink {
  readonly #context: EngineContext;
  readonly #listener: LinkListener;
  readonly #stop = new AbortController();
  #connected = true;
  #following: Promise<void> | null = null;

  constructor(context: EngineContext, listener: LinkListener) {
    this.#context = context;
    this.#listener = listener;
  }

  get connected(): boolean {
    return this.#connected;
  }

  start(): void {
    this.#following = this.#follow();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }

  async #follow(): Promise<void> {
    const { docker, owner, log } = this.#context;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        for await (const event of docker.events({ ...ownerFilter(owner), [ROLE_LABEL]: 'sandbox' }, signal)) {
          this.#listener.onEvent(event);
        }
      } catch (error) {
        log.warn({ err: error }, 'the event stream of the Docker Engine broke');
      }
      if (signal.aborted) return;
      this.#connected = false;
      this.#listener.onLost();
      await this.#waitForDaemon();
    }
  }

  async #waitForDaemon(): Promise<void> {
    const { docker, log, clock } = this.#context;
    const { signal } = this.#stop;
    const backoff = new Backoff();
    while (!signal.aborted) {
      try {
        await docker.ping();
        this.#connected = true;
        await this.#listener.onBack();
        log.info('the Docker Engine is back');
        return;
      } catch {
        backoff.fail();
        await new Promise<void>((resolve) => {
          const end = (): void => {
            cancel();
            signal.removeEventListener('abort', end);
            resolve();
          };
          const cancel = clock.schedule(backoff.delayMs, end);
          signal.addEventListener('abort', end);
        });
      }
    }
  }
}

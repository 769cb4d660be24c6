/**
 * The engine of an owner, from being prepared to being closed. Calls that come early wait for it, within bounds;
 * a failed preparation is told to callers and tried again on a later call.
 */
import type { CallContext } from '../backend/port.ts';
import type { PreviewBase } from '../backend/preview-address.ts';
import type { SshEndpoint } from '../backend/sandbox-access.ts';
import type { Clock } from '../clock.ts';
import type { Engine } from '../engine/options.ts';
import { ThawError, toThawError } from '../errors.ts';
import type { Logger } from '../log.ts';

export interface OpenedEngine {
  readonly engine: Engine;
  /** Stops the Docker Engine if Thaw runs it and nothing runs in it. */
  releaseHost(): Promise<void>;
}

export type EngineOpener = (context: {
  readonly signal: AbortSignal;
  readonly progress: (message: string) => void;
  /** Where the SSH gateway listens by then, or null. */
  readonly sshEndpoint: () => SshEndpoint | null;
  /** Where the owner serves previews; null when it does not. */
  readonly previewBase: () => PreviewBase | null;
}) => Promise<OpenedEngine>;

export interface EngineSupplyOptions {
  readonly open: EngineOpener;
  readonly sshEndpoint: () => SshEndpoint | null;
  readonly previewBase: () => PreviewBase | null;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long a call waits for the preparation. Clients give up at 60 s. */
  readonly waitMs?: number;
  /** First pause after a failure; it doubles up to a minute. */
  readonly retryMs?: number;
}

const DEFAULT_WAIT_MS = 40_000;
const DEFAULT_RETRY_MS = 2_000;
const MAX_RETRY_MS = 60_000;
/** How long the end of the owner waits for a preparation to notice. What is cut off then is redone at the next start. */
const CLOSE_WAIT_MS = 10_000;

type State =
  | { readonly kind: 'preparing'; readonly done: Promise<void>; readonly sinceMs: number }
  | { readonly kind: 'ready'; readonly opened: OpenedEngine }
  | { readonly kind: 'failed'; readonly error: ThawError; readonly retryAtMs: number }
  | { readonly kind: 'closed' };

export class EngineSupply {
  readonly #options: EngineSupplyOptions;
  readonly #abort = new AbortController();
  readonly #listeners = new Set<(message: string) => void>();
  #message = 'starting';
  #failures = 0;
  #state: State;

  /** Starts preparing at once. */
  constructor(options: EngineSupplyOptions) {
    this.#options = options;
    this.#state = this.#prepare();
  }

  get state(): 'preparing' | 'ready' | 'failed' | 'closed' {
    return this.#state.kind;
  }

  /** What the preparation does, or why it failed; null when there is nothing to tell. */
  get message(): string | null {
    if (this.#state.kind === 'preparing') return this.#message;
    return this.#state.kind === 'failed' ? this.#state.error.message : null;
  }

  get engine(): Engine | null {
    return this.#state.kind === 'ready' ? this.#state.opened.engine : null;
  }

  /** The engine as a backend. Throws ThawError when it is not there in time. */
  async acquire(context: CallContext): Promise<Engine> {
    if (this.#state.kind === 'ready') return this.#state.opened.engine;
    if (this.#state.kind === 'failed' && this.#options.clock.now() >= this.#state.retryAtMs) {
      this.#state = this.#prepare();
    }
    if (this.#state.kind === 'preparing') await this.#wait(this.#state.done, context);
    if (this.#state.kind === 'ready') return this.#state.opened.engine;
    throw this.#whyNot();
  }

  /** Gives the engine up. `release` also stops a Docker Engine that Thaw runs. */
  async close(options: { readonly sandboxes: 'keep' | 'stop'; readonly release: boolean }): Promise<void> {
    this.#abort.abort(new ThawError('cancelled', 'Thaw is shutting down.'));
    if (this.#state.kind === 'preparing') await this.#patience(this.#state.done);
    const last = this.#state;
    this.#state = { kind: 'closed' };
    if (last.kind !== 'ready') return;
    await last.opened.engine.close({ sandboxes: options.sandboxes });
    if (options.release) await last.opened.releaseHost();
  }

  #prepare(): State {
    const { clock, log } = this.#options;
    const sinceMs = clock.monotonic();
    this.#message = 'starting';
    const { open, sshEndpoint, previewBase } = this.#options;
    const done = open({ signal: this.#abort.signal, progress: this.#report, sshEndpoint, previewBase }).then(
      async (opened) => {
        if (this.#state.kind === 'closed') {
          await opened.engine.close({ sandboxes: 'keep' });
          return;
        }
        this.#failures = 0;
        this.#state = { kind: 'ready', opened };
        log.info({ ms: Math.round(clock.monotonic() - sinceMs) }, 'engine ready');
      },
      (thrown: unknown) => this.#fail(toThawError(thrown)),
    );
    return { kind: 'preparing', done, sinceMs };
  }

  /** Resolves when `done` does, or a while later. */
  #patience(done: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.schedule(CLOSE_WAIT_MS, resolve);
      void done.then(() => {
        cancel();
        resolve();
      });
    });
  }

  #fail(error: ThawError): void {
    if (this.#state.kind === 'closed') return;
    const { clock, log, retryMs = DEFAULT_RETRY_MS } = this.#options;
    const pauseMs = Math.min(retryMs * 2 ** this.#failures, MAX_RETRY_MS);
    this.#failures += 1;
    this.#state = { kind: 'failed', error, retryAtMs: clock.now() + pauseMs };
    log.error({ err: error, cause: error.cause, retryAfterMs: pauseMs }, 'engine could not be prepared');
  }

  readonly #report = (message: string): void => {
    this.#message = message;
    this.#options.log.info({ step: message }, 'preparing');
    for (const listener of this.#listeners) listener(message);
  };

  async #wait(done: Promise<void>, { signal, progress }: CallContext): Promise<void> {
    const { clock, waitMs = DEFAULT_WAIT_MS } = this.#options;
    if (progress !== undefined) {
      progress(this.#message);
      this.#listeners.add(progress);
    }
    try {
      await new Promise<void>((resolve, reject) => {
        const end = (): void => {
          cancel();
          signal.removeEventListener('abort', end);
          if (signal.aborted) reject(new ThawError('cancelled', 'The call was cancelled.'));
          else resolve();
        };
        const cancel = clock.schedule(waitMs, end);
        signal.addEventListener('abort', end);
        if (signal.aborted) end();
        void done.then(end);
      });
    } finally {
      if (progress !== undefined) this.#listeners.delete(progress);
    }
  }

  #whyNot(): ThawError {
    const state = this.#state;
    if (state.kind === 'preparing') {
      const seconds = Math.round((this.#options.clock.monotonic() - state.sinceMs) / 1000);
      return new ThawError(
        'engine_unreachable',
        `The sandbox engine is still being prepared (${seconds} s so far): ${this.#message}.`,
        {
          next: 'Call again in about 30 s. The first start builds the default snapshot, which can take minutes.',
        },
      );
    }
    if (state.kind === 'failed') {
      const { error } = state;
      return new ThawError(
        'engine_unreachable',
        `The sandbox engine could not be prepared: ${error.message}`,
        {
          next: error.next,
          cause: error,
        },
      );
    }
    return new ThawError('engine_unreachable', 'Thaw is shutting down.', {
      next: 'Call again in a few seconds.',
    });
  }
}

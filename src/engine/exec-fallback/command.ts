/** A command in a sandbox without a guest agent: its outputs, its end, and the signals that it is sent. */
import { deferred } from '../agent/deferred.ts';
import type { GuestProcess, OutputName, ProcessExit } from '../agent/port.ts';
import type { ExecHandle, ExecHandlers } from '../docker/port.ts';
import { collect } from './collect.ts';
import { signalArgv } from './command-script.ts';
import { EndMarker } from './end-marker.ts';
import { OutputStream } from './output-stream.ts';
import { type SandboxLink, unreachable } from './sandbox-link.ts';

const SIGNAL_TIMEOUT_MS = 15_000;
const FIRST_SIGNAL_CODE = 128;
const MAX_SIGNAL = 64;

/** A shell tells a death by signal as 128 and its number, so a command that exits with such a code looks the same. */
export const toExit = (code: number): ProcessExit =>
  code > FIRST_SIGNAL_CODE && code <= FIRST_SIGNAL_CODE + MAX_SIGNAL
    ? { code: null, signal: code - FIRST_SIGNAL_CODE }
    : { code, signal: null };

export interface Placed {
  readonly pid: number;
  readonly group: number;
}

/** Takes the outputs from the moment of the start; becomes a process once it is placed. */
export class Command implements ExecHandlers {
  readonly #link: SandboxLink;
  readonly #outputs: Readonly<Record<OutputName, OutputStream>>;
  readonly #markers: Readonly<Record<OutputName, EndMarker>>;
  readonly #open = new Set<OutputName>(['stdout', 'stderr']);
  readonly #onLine: (line: string) => void;
  readonly #exited = deferred<ProcessExit>();
  readonly #unmarkedEnd: () => Promise<ProcessExit>;
  #head: Buffer | null = Buffer.alloc(0);
  #handle: ExecHandle | null = null;
  #over = false;

  /** `onLine` gets the first line of standard error; `unmarkedEnd` tells the end of a command whose scripts were killed. */
  constructor(
    link: SandboxLink,
    nonce: string,
    onLine: (line: string) => void,
    unmarkedEnd: () => Promise<ProcessExit>,
  ) {
    this.#link = link;
    this.#onLine = onLine;
    this.#unmarkedEnd = unmarkedEnd;
    const onRoom = (): void => this.#hold();
    this.#outputs = { stdout: new OutputStream(onRoom), stderr: new OutputStream(onRoom) };
    this.#markers = { stdout: new EndMarker(nonce), stderr: new EndMarker(nonce) };
    link.signal.addEventListener('abort', this.#onClosed, { once: true });
  }

  /** To be called as soon as there is a handle. */
  use(handle: ExecHandle): void {
    this.#handle = handle;
    if (this.#over) handle.detach();
    else this.#hold();
  }

  data(name: OutputName, chunk: Buffer): void {
    if (name === 'stderr' && this.#head !== null) this.#readLine(chunk);
    else this.#accept(name, chunk);
  }

  end(error: Error | null): void {
    if (this.#over) return;
    this.#onLine('');
    if (error !== null) {
      this.fail(error);
      return;
    }
    for (const name of this.#open) this.#outputs[name].add(this.#markers[name].rest());
    void this.#endUnmarked();
  }

  async #endUnmarked(): Promise<void> {
    try {
      this.#finish(await this.#unmarkedEnd());
    } catch (cause) {
      this.fail(cause instanceof Error ? cause : unreachable('A command ended somehow.', cause));
    }
  }

  fail(error: Error): void {
    if (this.#over) return;
    this.#exited.reject(error);
    for (const name of this.#open) this.#outputs[name].destroy(error);
    this.#letGo();
  }

  toProcess({ pid, group }: Placed): GuestProcess {
    let signals: Promise<void> = Promise.resolve();
    return {
      pid,
      output: (name) => this.#outputs[name],
      write: async (data) => {
        await this.#handle?.write(data);
      },
      closeStdin: () => this.#handle?.closeStdin(),
      // There is no terminal whose size could change.
      resize: () => undefined,
      signal: (signal) => {
        signals = signals.then(() => this.#signal(signal, pid, group));
      },
      // Only the agent's commands go over to a supervisor; nobody asks for it here.
      hold: () => undefined,
      resume: () => undefined,
      handOver: () => Promise.reject(unreachable('Without a guest agent a command cannot be handed over.')),
      exited: this.#exited.promise,
    };
  }

  async #signal(signal: number, pid: number, group: number): Promise<void> {
    if (this.#over) return;
    const options = { timeoutMs: SIGNAL_TIMEOUT_MS, maxBytes: 0 };
    // Where nothing can be started no signal can be sent; the caller's own deadline ends the wait.
    await collect(this.#link, { argv: signalArgv(signal, pid, group) }, options).catch(() => undefined);
  }

  #readLine(chunk: Buffer): void {
    const head = Buffer.concat([this.#head ?? Buffer.alloc(0), chunk]);
    const end = head.indexOf('\n');
    if (end < 0 && head.length < 1024) {
      this.#head = head;
      return;
    }
    this.#head = null;
    this.#onLine(end < 0 ? '' : head.toString('latin1', 0, end));
    const rest = end < 0 ? head : head.subarray(end + 1);
    if (rest.length > 0) this.#accept('stderr', rest);
  }

  #accept(name: OutputName, chunk: Buffer): void {
    if (!this.#open.has(name)) return;
    const { data, code } = this.#markers[name].push(chunk);
    this.#outputs[name].add(data);
    if (code !== null) {
      this.#open.delete(name);
      this.#outputs[name].finish();
      if (this.#open.size === 0) this.#finish(toExit(code));
    }
    this.#hold();
  }

  /** Both outputs share a connection: a full one makes both wait. */
  #hold(): void {
    if (this.#outputs.stdout.isFull || this.#outputs.stderr.isFull) this.#handle?.pause();
    else this.#handle?.resume();
  }

  #finish(exit: ProcessExit): void {
    if (this.#over) return;
    for (const name of this.#open) this.#outputs[name].finish();
    this.#exited.resolve(exit);
    this.#letGo();
  }

  /** What the command left in the background runs on; nobody hears it any more. */
  #letGo(): void {
    this.#over = true;
    this.#link.signal.removeEventListener('abort', this.#onClosed);
    this.#handle?.detach();
  }

  readonly #onClosed = (): void =>
    this.fail(unreachable('The connection to the sandbox ended.', this.#link.reason));
}

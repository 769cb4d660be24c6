/** One pseudo terminal: its process, what it printed lately, and who watches it. */
import type { Terminal } from '../../../schemas/terminals.ts';
import type { TerminalConnection, TerminalExit } from '../../backend/terminal-operations.ts';
import { toTimestamp } from '../../clock.ts';
import { ThawError, toThawError } from '../../errors.ts';
import { type Deferred, deferred } from '../agent/deferred.ts';
import type { GuestProcess } from '../agent/port.ts';
import { Replay } from './replay.ts';
import { Viewer } from './viewer.ts';

const REPLAY_BYTES = 256 * 1024;
const MAX_VIEWERS = 32;
/** A client that takes nothing for this long must not hold the others up. */
const PATIENCE_MS = 10_000;
const SIGNAL_BASE = 128;
const SIGHUP = 1;
const SIGKILL = 9;

export interface TerminalFacts {
  readonly id: string;
  readonly cwd: string;
  readonly envs: Readonly<Record<string, string>>;
  readonly lazyStart: boolean;
  readonly createdAtMs: number;
}

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

export class LiveTerminal {
  readonly facts: TerminalFacts;
  readonly #start: (size: Size) => Promise<GuestProcess>;
  readonly #replay = new Replay(REPLAY_BYTES);
  /** Each with what tells it that it was left behind. */
  readonly #viewers = new Map<Viewer, Deferred<TerminalExit>>();
  readonly #exited: Deferred<TerminalExit> = deferred();
  #size: Size;
  #starting: Promise<GuestProcess> | null = null;
  #exit: TerminalExit | null = null;
  #lost: ThawError | null = null;

  constructor(facts: TerminalFacts, size: Size, start: (size: Size) => Promise<GuestProcess>) {
    this.facts = facts;
    this.#size = size;
    this.#start = start;
  }

  get isOver(): boolean {
    return this.#exit !== null || this.#lost !== null;
  }

  toApi(): Terminal {
    const { id, cwd, envs, lazyStart, createdAtMs } = this.facts;
    return {
      id,
      cwd,
      envs: { ...envs },
      ...this.#size,
      createdAt: toTimestamp(createdAtMs),
      active: this.#starting !== null && !this.isOver,
      lazyStart,
      exitCode: this.#exit?.exitCode ?? null,
    };
  }

  /** Starts it, once. Throws `command_not_started`. */
  async start(): Promise<GuestProcess> {
    if (this.#starting === null) {
      this.#starting = this.#start(this.#size);
      this.#starting.then(
        (process) => {
          this.#run(process).catch((error: unknown) => this.#lose(toThawError(error)));
        },
        (error: unknown) => this.#lose(toThawError(error)),
      );
    }
    return await this.#starting;
  }

  async #run(process: GuestProcess): Promise<void> {
    for await (const chunk of process.output('stdout')) {
      this.#replay.add(chunk);
      for (const viewer of this.#viewers.keys()) viewer.push(chunk);
      await this.#wait();
    }
    const { code, signal } = await process.exited;
    this.#exit = {
      exitCode: code ?? SIGNAL_BASE + (signal ?? 0),
      reason: signal === null ? '' : `signal ${signal}`,
    };
    this.#exited.resolve(this.#exit);
    this.#endViewers();
  }

  /** Back-pressure: the program prints as fast as its clients read, within patience. */
  async #wait(): Promise<void> {
    const full = [...this.#viewers.keys()].filter(({ isFull }) => isFull);
    if (full.length === 0) return;
    const late = setTimeout(() => {
      for (const viewer of full) if (viewer.isFull) this.#leaveBehind(viewer);
    }, PATIENCE_MS);
    try {
      await Promise.all(full.map((viewer) => viewer.hasRoom()));
    } finally {
      clearTimeout(late);
    }
  }

  #leaveBehind(viewer: Viewer): void {
    this.#viewers.get(viewer)?.reject(new ThawError('timeout', 'The client took no output for too long.'));
    this.#drop(viewer);
  }

  #drop(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    viewer.end();
  }

  #endViewers(): void {
    for (const viewer of this.#viewers.keys()) viewer.end();
    this.#viewers.clear();
  }

  #lose(error: ThawError): void {
    if (this.isOver) return;
    this.#lost = error;
    this.#exited.reject(error);
    this.#endViewers();
  }

  #requireAlive(): void {
    if (this.#lost !== null) throw this.#lost;
    if (this.#exit !== null)
      throw new ThawError(
        'terminal_ended',
        `The terminal ${this.facts.id} ended with code ${this.#exit.exitCode}.`,
      );
  }

  async resize(size: Size): Promise<void> {
    this.#requireAlive();
    this.#size = size;
    (await this.#starting)?.resize(size);
  }

  /** A client that comes after the end still gets what was printed lately, and the exit. */
  async connect(): Promise<TerminalConnection> {
    if (this.#lost !== null) throw this.#lost;
    if (this.#viewers.size >= MAX_VIEWERS)
      throw new ThawError('capacity', `${MAX_VIEWERS} clients watch this terminal already.`, {
        next: 'Close one of them.',
      });
    const process = await this.start();
    const viewer = new Viewer();
    const left: Deferred<TerminalExit> = deferred();
    const exited = Promise.race([this.#exited.promise, left.promise]);
    // A client that has gone does not ask any more.
    exited.catch(() => undefined);
    viewer.push(this.#replay.all());
    if (this.isOver) viewer.end();
    else this.#viewers.set(viewer, left);
    return {
      output: viewer.output(),
      exited,
      write: async (data) => {
        if (!this.isOver) await process.write(data);
      },
      close: () => this.#drop(viewer),
    };
  }

  /** Hangs up and kills what does not care. */
  async end(): Promise<void> {
    if (this.#starting === null || this.isOver) {
      this.#lose(new ThawError('terminal_ended', `The terminal ${this.facts.id} was deleted.`));
      return;
    }
    await this.#hangUp();
  }

  /** The sandbox does not run any more. One that is paused is told to hang up, which it hears when it goes on. */
  lose(reason: ThawError): void {
    this.#hangUp().catch(() => undefined);
    this.#lose(reason);
  }

  async #hangUp(): Promise<void> {
    const process = await this.#starting?.catch(() => null);
    process?.signal(SIGHUP);
    process?.signal(SIGKILL);
  }
}

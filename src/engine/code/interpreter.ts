/** One interpreter in a sandbox: runs a piece of code at a time and tells what comes of it, until its process ends. */
import { constants } from 'node:os';
import type { ContextLanguage } from '../../../schemas/code.ts';
import type { InterpreterListener } from '../../backend/code-operations.ts';
import { ThawError } from '../../errors.ts';
import { deferred, withDeadline } from '../agent/deferred.ts';
import type { GuestProcess, OutputName } from '../agent/port.ts';
import { Cell } from './cell.ts';
import { type DriverFrame, MAX_FRAME_BYTES, readFrame } from './driver-frames.ts';
import { NOT_FOUND_STATUS } from './drivers/bootstrap.ts';
import { prepareCell } from './javascript/prepare-cell.ts';
import { type CodePlace, type Launched, launchInterpreter, runtimeMissing } from './launch.ts';
import { DriverViolation, PieceReader } from './piece-reader.ts';

const START_TIMEOUT_MS = 30_000;
/** How long code may take to heed an interrupt before its interpreter is killed. */
const TIMEOUT_GRACE_MS = 3_000;
const CANCEL_GRACE_MS = 500;
/** After a kill nobody is kept waiting for what the kernel does. */
const KILL_WAIT_MS = 1_000;
const KILLED = 'The code did not stop when it was interrupted, so its interpreter was killed.';
const { SIGINT, SIGKILL } = constants.signals;

/** Why an interpreter is gone; `error` is for those who wait in vain, null when the code itself ended it. */
export interface InterpreterEnd {
  readonly note: string;
  readonly error: ThawError | null;
}

export interface CodeEnd {
  readonly status: 'completed' | 'failed' | 'timed_out' | 'died';
  readonly end: InterpreterEnd | null;
}

export class Interpreter {
  readonly #process: GuestProcess;
  readonly #language: ContextLanguage;
  readonly #ready = deferred<string>();
  readonly #ended = deferred<InterpreterEnd>();
  #end: InterpreterEnd | null = null;
  #cell: Cell | null = null;
  #count = 0;
  #wasKilled = false;
  #cwd = '';

  private constructor({ process, nonce }: Launched, language: ContextLanguage) {
    this.#process = process;
    this.#language = language;
    const reading = Promise.all([this.#read('stdout', nonce), this.#read('stderr', nonce)]);
    reading.catch(() => undefined);
    process.exited.then(
      async ({ code, signal }) => {
        // What it wrote last is still on its way; a stream that stays open must not hold the news back.
        await withDeadline(reading, KILL_WAIT_MS, () => new Error('late')).catch(() => undefined);
        if (code === NOT_FOUND_STATUS && this.#cwd === '')
          return this.#finish({ note: '', error: runtimeMissing(language) });
        if (this.#wasKilled) return this.#finish({ note: KILLED, error: null });
        const how = signal === null ? `with exit code ${code}` : `by signal ${signal}`;
        return this.#finish({ note: `The interpreter's process ended ${how}.`, error: null });
      },
      () => this.end(new ThawError('agent_unreachable', 'The connection to the sandbox broke.')),
    );
  }

  /** Throws `runtime_missing`, `timeout`, and as `AgentConnection.spawn`. */
  static async start(place: CodePlace, language: ContextLanguage): Promise<Interpreter> {
    const interpreter = new Interpreter(await launchInterpreter(place, language), language);
    const failed = interpreter.#ended.promise.then(({ note, error }): never => {
      throw (
        error ?? new ThawError('command_not_started', `The ${language} interpreter did not start. ${note}`)
      );
    });
    failed.catch(() => undefined);
    try {
      const late = () => new ThawError('timeout', `The ${language} interpreter did not start in time.`);
      const starting = Promise.race([interpreter.#ready.promise, failed]);
      interpreter.#cwd = await withDeadline(starting, START_TIMEOUT_MS, late);
      return interpreter;
    } catch (error) {
      interpreter.#process.signal(SIGKILL);
      throw error;
    }
  }

  get cwd(): string {
    return this.#cwd;
  }

  /** Resolves when it is gone, whoever ended it. */
  get ended(): Promise<InterpreterEnd> {
    return this.#ended.promise;
  }

  /** Ends it with all that runs in its process group. */
  end(reason: ThawError): void {
    this.#process.signal(SIGKILL);
    this.#finish({ note: reason.message, error: reason });
  }

  /** One at a time. Throws what the listener threw, why it was ended from outside, and `cancelled`. */
  async execute(
    request: {
      readonly code: string;
      readonly env: Readonly<Record<string, string>>;
      readonly timeoutMs: number;
    },
    listener: InterpreterListener,
    signal: AbortSignal,
  ): Promise<CodeEnd> {
    this.#count += 1;
    const cell = new Cell(this.#count, listener);
    this.#cell = cell;
    const code = this.#language === 'javascript' ? prepareCell(request.code) : request.code;
    const line = `${JSON.stringify({ id: cell.id, code, env: request.env })}\n`;
    try {
      const sent = this.#process.write(Buffer.from(line)).catch(() => undefined);
      const first = await this.#firstOf(cell, request.timeoutMs, signal);
      await (first === 'done' ? sent : undefined);
      if (first === 'done') return { status: cell.failed ? 'failed' : 'completed', end: null };
      if (first === 'ended') return this.#died();
      await this.#interrupt(cell, first === 'timeout' ? TIMEOUT_GRACE_MS : CANCEL_GRACE_MS);
      if (first === 'cancelled') throw new ThawError('cancelled', 'The code was cancelled and interrupted.');
      return { status: 'timed_out', end: this.#end };
    } catch (error) {
      // A listener that fails wants no more of it.
      if (cell.isRefused) await this.#interrupt(cell, CANCEL_GRACE_MS);
      throw error;
    } finally {
      this.#cell = null;
    }
  }

  #died(): CodeEnd {
    const error = this.#end?.error ?? null;
    if (error !== null) throw error;
    return { status: 'died', end: this.#end };
  }

  async #firstOf(
    cell: Cell,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<'done' | 'ended' | 'timeout' | 'cancelled'> {
    const stopped = deferred<'timeout' | 'cancelled'>();
    const timer = setTimeout(() => stopped.resolve('timeout'), timeoutMs);
    const onAbort = (): void => stopped.resolve('cancelled');
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      const ended = this.#ended.promise.then(() => 'ended' as const);
      return await Promise.race([cell.done.promise, cell.refused.promise, ended, stopped.promise]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Asks the code to stop; an interpreter that does not get it to is killed. */
  async #interrupt(cell: Cell, graceMs: number): Promise<void> {
    this.#process.signal(SIGINT);
    const over = Promise.race([cell.done.promise, this.#ended.promise]);
    try {
      await withDeadline(over, graceMs, () => new Error('it goes on'));
    } catch {
      this.#wasKilled = true;
      this.#process.signal(SIGKILL);
      await withDeadline(this.#ended.promise, KILL_WAIT_MS, () => new Error('late')).catch(() => undefined);
      this.#finish({ note: KILLED, error: null });
    }
  }

  #finish(end: InterpreterEnd): void {
    if (this.#end !== null) return;
    this.#end = end;
    this.#ended.resolve(end);
  }

  async #read(name: OutputName, nonce: string): Promise<void> {
    const reader = new PieceReader(nonce, MAX_FRAME_BYTES);
    try {
      for await (const chunk of this.#process.output(name)) {
        for (const part of reader.feed(chunk)) {
          if (part.kind === 'bytes') await this.#cell?.print(name, part.bytes);
          else await this.#take(name, readFrame(part.frame));
        }
      }
    } catch (error) {
      if (!(error instanceof DriverViolation)) return;
      this.#process.signal(SIGKILL);
      this.#finish({ note: `What it sent makes no sense (${error.message}), so it was ended.`, error: null });
    }
  }

  async #take(name: OutputName, frame: DriverFrame): Promise<void> {
    if (frame.type === 'ready') this.#ready.resolve(frame.cwd);
    // What code does in the background when its piece is over has no reader, and is let go.
    else await this.#cell?.take(name, frame);
  }
}

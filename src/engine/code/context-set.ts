/** The interpreter contexts of one sandbox: bounded, used one piece of code at a time, gone when the sandbox stops. */
import type { ContextLanguage, InterpreterContext } from '../../../schemas/code.ts';
import { toTimestamp } from '../../clock.ts';
import { ThawError } from '../../errors.ts';
import { randomHex } from '../../ids.ts';
import type { Interpreter } from './interpreter.ts';

/** Each is a process with some ten MiB at least. */
export const MAX_CONTEXTS = 8;
/** Pieces of code that may wait for one context. */
const MAX_WAITING = 16;
/** How many that are gone are remembered, to say why. */
const MAX_REMEMBERED = 32;

export interface Held {
  readonly id: string;
  readonly language: ContextLanguage;
  readonly isDefault: boolean;
  readonly createdAt: number;
  readonly interpreter: Promise<Interpreter>;
  cwd: string;
  /** Calls that run or wait. */
  waiting: number;
  /** The count of uses when it was used last: the smallest is the one that was idle longest. */
  lastUse: number;
  turn: Promise<unknown>;
}

const isFinal = ({ waiting }: Held): boolean => waiting === 0;

export const toApi = ({ id, language, isDefault, createdAt, cwd, waiting }: Held): InterpreterContext => ({
  id,
  language,
  cwd,
  createdAt: toTimestamp(createdAt),
  busy: waiting > 0,
  isDefault,
});

export class ContextSet {
  readonly #held = new Map<string, Held>();
  readonly #gone = new Map<string, string>();
  #uses = 0;

  get all(): readonly Held[] {
    return [...this.#held.values()];
  }

  /** The context that is used when none is named. */
  defaultOf(language: ContextLanguage): Held | null {
    return this.all.find((held) => held.isDefault && held.language === language) ?? null;
  }

  /** Throws `context_not_found`, with why when that is known. */
  find(id: string): Held {
    const held = this.#held.get(id);
    if (held !== undefined) return held;
    const why = this.#gone.get(id);
    throw new ThawError(
      'context_not_found',
      why === undefined
        ? `The sandbox has no interpreter context ${id}.`
        : `The interpreter context ${id} is gone: ${why}`,
    );
  }

  /** Takes a new one in; beyond the bound the one that was idle longest is ended. Throws `capacity` when all are at work. */
  add(language: ContextLanguage, isDefault: boolean, now: number, start: () => Promise<Interpreter>): Held {
    this.#makeRoom();
    const interpreter = start();
    const held: Held = {
      id: randomHex(6),
      language,
      isDefault,
      createdAt: now,
      interpreter,
      cwd: '',
      waiting: 0,
      lastUse: this.#next(),
      turn: Promise.resolve(),
    };
    this.#held.set(held.id, held);
    interpreter.then(
      async (started) => {
        held.cwd = started.cwd;
        const { note } = await started.ended;
        this.#drop(held, note);
      },
      () => this.#held.delete(held.id),
    );
    return held;
  }

  /** Runs `work` after all that came before it in this context. Throws `busy` when too much waits. */
  async use<T>(held: Held, work: (interpreter: Interpreter) => Promise<T>): Promise<T> {
    if (held.waiting >= MAX_WAITING)
      throw new ThawError('busy', `Too much code waits for the interpreter context ${held.id}.`);
    held.waiting += 1;
    const turn = held.turn.then(async () => {
      try {
        return await work(await held.interpreter);
      } finally {
        held.waiting -= 1;
        held.lastUse = this.#next();
      }
    });
    held.turn = turn.catch(() => undefined);
    return await turn;
  }

  /** Ends one; what still waits for it fails with `reason`. */
  async end(held: Held, reason: ThawError): Promise<void> {
    this.#drop(held, reason.message);
    const interpreter = await held.interpreter.catch(() => null);
    interpreter?.end(reason);
  }

  #next(): number {
    this.#uses += 1;
    return this.#uses;
  }

  #makeRoom(): void {
    if (this.#held.size < MAX_CONTEXTS) return;
    const [idlest] = this.all.filter(isFinal).sort((a, b) => a.lastUse - b.lastUse);
    if (idlest === undefined) {
      throw new ThawError(
        'capacity',
        `All ${MAX_CONTEXTS} interpreter contexts of the sandbox are at work.`,
        {
          next: 'Use one of them, or wait until code in one of them ends.',
        },
      );
    }
    const reason = new ThawError(
      'context_not_found',
      `It was idle longest when a new one needed room; a sandbox has ${MAX_CONTEXTS} at most.`,
    );
    this.end(idlest, reason).catch(() => undefined);
  }

  #drop(held: Held, why: string): void {
    if (!this.#held.delete(held.id)) return;
    this.#gone.set(held.id, why);
    const [oldest] = this.#gone.keys();
    if (this.#gone.size > MAX_REMEMBERED && oldest !== undefined) this.#gone.delete(oldest);
  }
}

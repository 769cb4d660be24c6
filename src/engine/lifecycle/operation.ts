/**
 * Runs an operation that changes a sandbox's state: alone, with its intent on disk, within its deadline. Whatever
 * happens, the sandbox is in a lasting state afterwards: work that fails or hangs ends in `error` with its cause.
 */
import { ThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import type { Guest } from '../guest/guest.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import type { JournalOperation, SandboxRecord } from '../store/records.ts';
import { deadlineOf, timeoutMessage } from './deadlines.ts';
import { fail } from './fail.ts';
import { move } from './move.ts';
import type { JournalStep } from './steps.ts';
import { superviseGuest } from './supervise.ts';
import { type OutcomeEvent, type RequestEvent, requireTransition } from './transitions.ts';

type Change = Partial<Omit<SandboxRecord, 'state' | 'desiredState'>>;

/** One operation under way. Once its deadline is over it is nobody's: what it still does has no effect on the record. */
export class Run {
  readonly sandbox: ManagedSandbox;
  readonly #context: EngineContext;
  readonly #cancel = new AbortController();
  #over = false;
  #settled = false;

  constructor(context: EngineContext, sandbox: ManagedSandbox) {
    this.#context = context;
    this.sandbox = sandbox;
  }

  /** Aborted when a delete wants the sandbox, or the deadline is over: waits that can be cut short are. */
  get signal(): AbortSignal {
    return this.#cancel.signal;
  }

  cancel(): void {
    this.#cancel.abort();
  }

  /** From now on the record belongs to whoever comes next. */
  end(): void {
    this.#over = true;
    this.#cancel.abort();
  }

  /** Whether the operation was given up: what undoes it must not touch the record any more. */
  get isOver(): boolean {
    return this.#over;
  }

  /** Throws when the operation was given up in the meantime. To be called before anything lasting. */
  check(): void {
    if (this.#over) throw new ThawError('timeout', 'The operation took too long and was given up.');
  }

  step(step: JournalStep): void {
    this.check();
    this.#context.onStep(step);
  }

  /** Brings the sandbox into the state that `event` leads to, and ends the journal's entry. */
  settle(event: OutcomeEvent, change: Change = {}): void {
    this.check();
    const { store } = this.#context;
    move(this.#context, this.sandbox, event, change, () => store.dropJournal(this.sandbox.record.id));
    this.#settled = true;
  }

  /** Whether the sandbox is in a lasting state, so that what fails from here on is no failure of the operation. */
  get isSettled(): boolean {
    return this.#settled;
  }

  /** Leaves the record to another operation that follows within this one. */
  handOver(): void {
    this.check();
    this.#settled = true;
  }

  /** Takes a connected guest over, and watches it. */
  attach(guest: Guest): void {
    if (this.#over) guest.agent.close();
    this.check();
    this.sandbox.guest = guest;
    superviseGuest(this.#context, this.sandbox);
  }
}

/** How long work may take, and what is said when it took longer. */
interface Deadline {
  readonly ms: number;
  readonly message: string;
}

/**
 * Runs `work` with a deadline: that of the state that the sandbox is in now when none is given. To be called while its
 * lock is held. `onFailure` brings it into a lasting state when the work did not.
 */
export async function runToEnd(
  context: EngineContext,
  sandbox: ManagedSandbox,
  work: (run: Run) => Promise<void>,
  onFailure: (error: unknown) => Promise<void> = (error) => fail(context, sandbox, error),
  deadline: Deadline = {
    ms: deadlineOf(sandbox.record.state),
    message: timeoutMessage(sandbox.record.state),
  },
): Promise<void> {
  const run = new Run(context, sandbox);
  const before = sandbox.run;
  sandbox.run = run;
  let cancelTimer: () => void = () => undefined;
  try {
    const overdue = new Promise<never>((_resolve, reject) => {
      cancelTimer = context.clock.schedule(deadline.ms, () =>
        reject(new ThawError('timeout', deadline.message)),
      );
    });
    const working = work(run);
    // When the deadline wins, nobody else hears how the work ends.
    working.catch(() => undefined);
    await Promise.race([working, overdue]);
  } catch (error) {
    run.end();
    // Work that undid what it did has settled already.
    if (!run.isSettled) await onFailure(error);
    throw error;
  } finally {
    cancelTimer();
    sandbox.run = before;
  }
}

/** What `operate` needs to know of an operation. */
export interface Operation {
  readonly name: JournalOperation;
  readonly event: RequestEvent;
  readonly intent: JournalStep;
  /** Joins the write of the intent. */
  readonly change?: Change;
  /** Throws what speaks against it beside the state; changes nothing. */
  readonly check?: () => void;
  /** Tells that there is nothing to do. */
  readonly isDone?: () => boolean;
  readonly work: (run: Run) => Promise<void>;
}

/**
 * Runs an operation from its request to its end. Throws `busy` when another is under way, `state_conflict` when it does
 * not fit the state (then it keeps nobody else out), and what the work throws.
 */
export async function operate(
  context: EngineContext,
  sandbox: ManagedSandbox,
  operation: Operation,
): Promise<void> {
  const { name, event, intent, change, check, isDone, work } = operation;
  const admit = (): void => {
    if (isDone?.() === true) return;
    requireTransition(sandbox.record, event);
    check?.();
  };
  if (!sandbox.isBusy) admit();
  await sandbox.exclusive(name, async () => {
    if (isDone?.() === true) return;
    admit();
    move(context, sandbox, event, change, () =>
      context.store.putJournal(sandbox.record.id, name, intent, context.clock.now()),
    );
    context.onStep(intent);
    await runToEnd(context, sandbox, work);
  });
}

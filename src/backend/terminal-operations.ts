/** Pseudo terminals of sandboxes. They end with the sandbox's stop. */
import type { CreateTerminal, ResizeTerminal, Terminal } from '../../schemas/terminals.ts';
import type { CallContext } from './port.ts';

export interface TerminalExit {
  /** 128 and the number of the signal that ended it. */
  readonly exitCode: number;
  /** Empty for a shell that ended by itself. */
  readonly reason: string;
}

/** One client of a terminal. Several see the same output and type into the same input. */
export interface TerminalConnection {
  /** What was printed lately, then what is printed; ends with the terminal. A client that takes nothing for a while is left behind. Iterate once. */
  readonly output: AsyncIterable<Buffer>;
  /** Resolves when the terminal ended. Rejects when it is lost, and with `timeout` for a client that is left behind. */
  readonly exited: Promise<TerminalExit>;
  /** Resolves when the terminal took it. */
  write(data: Buffer): Promise<void>;
  /** Leaves; the terminal goes on. */
  close(): void;
}

/** A terminal that is not there is `terminal_not_found`, one that ended `terminal_ended`. */
export interface TerminalOperations {
  /** Throws `terminal_exists`, and `capacity` beyond the bound per sandbox. */
  create(sandbox: string, input: CreateTerminal, context: CallContext): Promise<Terminal>;
  list(sandbox: string, context: CallContext): Promise<readonly Terminal[]>;
  get(sandbox: string, id: string, context: CallContext): Promise<Terminal>;
  resize(sandbox: string, id: string, size: ResizeTerminal, context: CallContext): Promise<Terminal>;
  /** Ends its process group and forgets it. */
  delete(sandbox: string, id: string, context: CallContext): Promise<Terminal>;
  connect(sandbox: string, id: string, context: CallContext): Promise<TerminalConnection>;
}

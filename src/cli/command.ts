/** What a command of the command line is. */
import type { ProcessHost } from './host.ts';

export interface FlagSpec {
  readonly type: 'string' | 'boolean';
  /** What it is for, where the help of the command has it from here; shells show it. */
  readonly help?: string;
  /** All that it may be, for shells to complete. */
  readonly values?: readonly string[];
  /** Whether it names files or directories. */
  readonly path?: boolean;
}

/** What was given on the command line, by flag name. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

export interface Command {
  readonly flags: Readonly<Record<string, FlagSpec>>;
  /** Whether it takes arguments that are no flags; `positionalsOf` finds them. */
  readonly positionals?: boolean;
  /** What the first of these may be, for shells to complete. */
  readonly words?: readonly string[];
  /** The text of `thaw help <command>`. */
  help(): string;
  /** Resolves to the exit status. Throws UsageError for a wrong value of a flag. */
  run(flags: Flags, host: ProcessHost, args: readonly string[]): Promise<number>;
}

/** Something wrong with the command line; exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

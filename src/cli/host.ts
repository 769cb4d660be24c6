/** The process as commands see it. `main.ts` makes the real one; nothing else knows the process. */
import type { Readable, Writable } from 'node:stream';
import type { Environment } from '../config.ts';

export interface ProcessHost {
  readonly pid: number;
  /** As Node says it, `v20.15.0`. */
  readonly nodeVersion: string;
  readonly environment: Environment;
  /** The program and first arguments that start this command line again. */
  readonly self: readonly string[];
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** The parent's process id at this moment. */
  parentPid(): number;
  onSignal(handler: (signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP') => void): void;
  /** An exception or rejection that nobody handled. */
  onCrash(handler: (error: unknown) => void): void;
  /** Ends the process at once. */
  exit(code: number): never;
}

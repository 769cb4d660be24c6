/** What the parts of the suite of backends share. */
import type { CallContext, OperationGroups } from '../../../src/backend/port.ts';

export type SuiteBackend = Pick<
  OperationGroups,
  | 'lifecycle'
  | 'settings'
  | 'forks'
  | 'archives'
  | 'snapshots'
  | 'volumes'
  | 'exec'
  | 'files'
  | 'search'
  | 'git'
  | 'ssh'
  | 'previews'
  | 'interpreters'
  | 'terminals'
  | 'fileSystem'
  | 'system'
>;

/** What the server behind a backend cannot do, whatever the backend does. */
export interface Lacks {
  /** Containers that fork and pause. */
  readonly forks?: boolean;
  readonly ttl?: boolean;
  /** Making repositories, which came after 0.190. */
  readonly git?: boolean;
  /** Interpreters, terminals, and files beside small ones. */
  readonly running?: boolean;
}

export interface Suite {
  readonly backend: () => SuiteBackend;
  /** The id of the sandbox that the tests share; it runs. */
  readonly sandbox: () => string;
  readonly lacks: Lacks;
}

/** A call that nobody cancels. */
export const call = (signal: AbortSignal = new AbortController().signal): CallContext => ({ signal });

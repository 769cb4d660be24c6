/** The operations on commands that outlive their call, and on toolbox sessions. All of them throw ThawError only. */
import type { Job, ReadJob, StartJob, StopJob } from '../../schemas/jobs.ts';
import type { Session, SessionCommand, SessionExec } from '../../schemas/sessions.ts';
import type { CallContext } from './port.ts';

/** A piece of output, in the order in which it came. */
export interface JobChunk {
  readonly stream: 'stdout' | 'stderr';
  readonly data: Buffer;
}

/** Cursors count the bytes of both streams from the command's start. */
export interface JobOutput {
  readonly job: Job;
  readonly chunks: readonly JobChunk[];
  /** Where `chunks` begin. */
  readonly cursor: number;
  readonly nextCursor: number;
  /** Of what was asked for, how much was not kept any more. */
  readonly droppedBytes: number;
}

/**
 * Throws `job_not_found`, and `stale_handle` where an earlier incarnation of the sandbox would have to be acted on: its
 * output stays readable. Without a guest agent all throw `unsupported`.
 */
export interface JobOperations {
  start(sandbox: string, request: StartJob, context: CallContext): Promise<Job>;
  /** The newest first. */
  list(sandbox: string, context: CallContext): Promise<readonly Job[]>;
  get(sandbox: string, execId: string, context: CallContext): Promise<Job>;
  read(sandbox: string, execId: string, query: ReadJob, context: CallContext): Promise<JobOutput>;
  /** Everything from `cursor` on, until the command ends. */
  follow(
    sandbox: string,
    execId: string,
    query: { readonly cursor?: number },
    context: CallContext,
  ): AsyncIterable<JobChunk>;
  /** Throws `command_ended` when nobody can read it any more. */
  write(
    sandbox: string,
    execId: string,
    input: { readonly data: Buffer; readonly close: boolean },
    context: CallContext,
  ): Promise<Job>;
  /** Signals the process group, and again with KILL after the grace; answers it ended, or as it is then. */
  stop(sandbox: string, execId: string, how: StopJob, context: CallContext): Promise<Job>;
  /** Ends it if it runs, and forgets it with its output. */
  remove(sandbox: string, execId: string, context: CallContext): Promise<void>;
}

export interface SessionResult {
  readonly cmdId: string;
  /** Absent for an asynchronous command. */
  readonly ended?: { readonly exitCode: number; readonly chunks: readonly JobChunk[] };
}

/** Throws `session_not_found`. Commands of a session run one after another; a session ends with its shell. */
export interface SessionOperations {
  /** Throws `session_exists`. */
  create(sandbox: string, sessionId: string, context: CallContext): Promise<Session>;
  list(sandbox: string, context: CallContext): Promise<readonly Session[]>;
  get(sandbox: string, sessionId: string, context: CallContext): Promise<Session>;
  /** Ends everything that runs in it. */
  delete(sandbox: string, sessionId: string, context: CallContext): Promise<void>;
  /** Throws `session_ended` when its shell has ended. */
  exec(
    sandbox: string,
    sessionId: string,
    request: SessionExec,
    context: CallContext,
  ): Promise<SessionResult>;
  /** Throws `job_not_found`. */
  command(
    sandbox: string,
    sessionId: string,
    commandId: string,
    context: CallContext,
  ): Promise<SessionCommand>;
  /** What it printed so far, as far as that was kept. */
  logs(
    sandbox: string,
    sessionId: string,
    commandId: string,
    context: CallContext,
  ): Promise<readonly JobChunk[]>;
  /** The same and what follows, until the command ends. */
  follow(
    sandbox: string,
    sessionId: string,
    commandId: string,
    context: CallContext,
  ): AsyncIterable<JobChunk>;
  /** To the command's stdin. Throws `command_ended`. */
  input(
    sandbox: string,
    sessionId: string,
    commandId: string,
    data: Buffer,
    context: CallContext,
  ): Promise<void>;
}

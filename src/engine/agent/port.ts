/**
 * What the engine wants of a guest agent, independent of how its bytes travel.
 * The wire format is described in `src/guest/PROTOCOL.md`; errors are ThawErrors.
 */

/** Who a process or a file operation acts as: a name from the guest's /etc/passwd, or a number. */
export type GuestUser = string;

export interface SpawnOptions {
  /**
   * At least one element; resolved through the guest's PATH when it has no slash. Linux takes 128 KiB per argument,
   * but the text of a shell's `-c` may have up to 4 MiB.
   */
  readonly argv: readonly string[];
  /** Default: the user's home directory. */
  readonly cwd?: string;
  /** Laid over the container's own environment and the user's HOME, USER, LOGNAME. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: root. */
  readonly user?: GuestUser;
  /** Soft and hard limit alike, by the names of setrlimit(2) in lower case. */
  readonly rlimits?: Readonly<Partial<Record<'nofile' | 'nproc' | 'core' | 'fsize' | 'as' | 'cpu', number>>>;
  /** A pseudo terminal in place of the pipes: everything arrives as `stdout`. */
  readonly pty?: { readonly cols: number; readonly rows: number };
  /** Whether stdin is a pipe that the engine feeds; otherwise it is /dev/null. */
  readonly stdin?: boolean;
}

/** How a process ended: `signal` is the number when a signal ended it, and `code` is then null. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: number | null;
}

export type OutputName = 'stdout' | 'stderr';

/**
 * A process that runs in the guest. Output is pulled: while nobody awaits a chunk at most one window
 * (bounded, some hundred KiB) is buffered and the process then blocks, alone.
 */
export interface GuestProcess {
  /** The process id inside the guest, known once `started` resolves. */
  readonly pid: number;
  /**
   * Chunks of one stream until its end. Consuming is what lets the guest send more. Iterate once; whoever leaves the
   * loop early gives the rest of the stream up, and the process goes on.
   */
  output(name: OutputName): AsyncIterable<Buffer>;
  /** Resolves once the bytes are accepted by the flow control, or dropped because nobody reads them any more. */
  write(data: Buffer): Promise<void>;
  closeStdin(): void;
  resize(size: { readonly cols: number; readonly rows: number }): void;
  /** Sends a signal to the whole process group. A process that is gone is no error. */
  signal(signal: number): void;
  /** No output is delivered from now on, until `resume` or the outcome of a handover. */
  hold(): void;
  resume(): void;
  /**
   * Gives the output that was not delivered and all that follows to the job supervisor that waits in `directory`; `signal`
   * and `exited` work on. False when the process has ended: then the rest is delivered as ever. Throws `unsupported`.
   */
  handOver(directory: string): Promise<boolean>;
  /**
   * Resolves when the main process ended and everything that it had written by then was delivered to
   * the streams (which end even if a background child keeps the pipe open). Rejects when the connection breaks.
   */
  readonly exited: Promise<ProcessExit>;
}

export interface GuestStat {
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  readonly sizeBytes: number;
  /** Permission bits only. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Milliseconds since the epoch. */
  readonly modifiedMs: number;
}

export interface GuestEntry extends GuestStat {
  /** Relative to the listed directory, with `/` between levels. */
  readonly path: string;
}

/** File operations run as `user` with that user's rights, in a process of their own: they cannot block the agent. */
export interface FileScope {
  readonly user?: GuestUser;
  /** What a relative path starts from. Default: the user's home directory. */
  readonly cwd?: string;
  readonly signal?: AbortSignal;
}

export interface GuestSocket {
  readonly received: AsyncIterable<Buffer>;
  write(data: Buffer): Promise<void>;
  /** Half-closes the sending side. */
  end(): void;
  destroy(): void;
}

/** Where the agent takes questions for names: Docker's own address for that, with a port of Thaw's; and the same port of ::1. */
export const RESOLVER_ADDRESS = '127.0.0.11';
export const RESOLVER_PORT = 61_053;

/** A question of a program in the guest for a name, as it came (RFC 1035). */
export interface GuestQuestion {
  readonly transport: 'udp' | 'tcp';
  readonly message: Buffer;
  /** Once at most. Who asked may be gone by then. */
  answer(message: Buffer): Promise<void>;
}

export interface ListeningPort {
  readonly port: number;
  readonly address: string;
  readonly family: 4 | 6;
  readonly uid: number;
  readonly inode: number;
}

/** One write of the host helper: the whole of `data` in one write(2) to an existing file. */
export interface RawWrite {
  readonly path: string;
  readonly data: string;
  /** A file that does not exist is passed over in place of an error. */
  readonly optional?: boolean;
}

export interface AgentInfo {
  readonly protocolVersion: number;
  readonly agentVersion: string;
  /** Processes that an earlier connection started and that still run; they are discarded: output dropped, stdin closed. */
  readonly inherited: number;
}

/** A way to the agent that is shorter than the one of this connection: `src/guest/PROTOCOL.md`, "Direct link". */
export interface DirectOffer {
  /** Resolves with the agent's descriptor of a socket that whoever knows both keys may connect to, once. */
  offer(keys: Buffer): Promise<number>;
  withdraw(): void;
}

/** A live connection to one guest agent. */
export interface AgentConnection {
  readonly info: AgentInfo;
  /** Resolves with the reason once the connection is over, whoever ended it. Never rejects. */
  readonly closed: Promise<Error>;
  readonly isOpen: boolean;
  /** Undefined where there is no agent, and where this is such a way already. */
  readonly direct?: DirectOffer;
  /** Round trip in milliseconds. */
  ping(timeoutMs?: number): Promise<number>;
  /** Resolves when the process runs. Throws `command_not_started`, `process_limit`, `agent_unreachable`. */
  spawn(options: SpawnOptions): Promise<GuestProcess>;
  /** Follows links; one that leads nowhere is told as a link. */
  stat(path: string, scope?: FileScope): Promise<GuestStat>;
  /** At most `maxBytes` of a regular file from `offset`; throws `not_a_file`, `is_a_directory`, `file_not_found`, … */
  readFile(
    path: string,
    options: { readonly maxBytes: number; readonly offset?: number },
    scope?: FileScope,
  ): Promise<{ readonly data: Buffer; readonly stat: GuestStat; readonly resolvedPath: string }>;
  /** Replaces atomically (temporary file and rename) or appends; parents are made. */
  writeFile(
    path: string,
    data: Buffer,
    options: { readonly mode?: number; readonly append?: boolean },
    scope?: FileScope,
  ): Promise<{ readonly created: boolean; readonly sizeBytes: number; readonly resolvedPath: string }>;
  /** Entries in name order, depth first; stops after `maxEntries` and says so. Links are not followed. */
  list(
    path: string,
    options: { readonly depth: number; readonly maxEntries: number },
    scope?: FileScope,
  ): Promise<{
    readonly entries: readonly GuestEntry[];
    readonly truncated: boolean;
    readonly resolvedPath: string;
  }>;
  makeDirectory(
    path: string,
    options: { readonly mode?: number; readonly parents?: boolean },
    scope?: FileScope,
  ): Promise<void>;
  move(from: string, to: string, options: { readonly overwrite: boolean }, scope?: FileScope): Promise<void>;
  remove(path: string, options: { readonly recursive: boolean }, scope?: FileScope): Promise<void>;
  /** `host` is an address inside the guest; default: 127.0.0.1 and then ::1. */
  dial(port: number, host?: string): Promise<GuestSocket>;
  listeningPorts(): Promise<readonly ListeningPort[]>;
  /** Listens on the port of RESOLVER_ADDRESS and of ::1 until the connection ends; what comes is yielded. */
  takeQuestions(port: number): Promise<AsyncIterable<GuestQuestion>>;
  /** Sends a signal to every process of the guest but the agent itself; needs no fork, so it works under a fork bomb. */
  signalAll(signal: number): Promise<void>;
  /** Host helper only: writes in order, stops at the first failure and throws it with the path. */
  rawWrite(writes: readonly RawWrite[]): Promise<void>;
  /** Host helper only: reads small files such as those of /proc and cgroups, at most 64 KiB each. */
  rawRead(path: string): Promise<string>;
  /** Ends the guest: SIGTERM to all, SIGKILL to all after `graceMs`, then the agent itself exits. */
  shutdown(graceMs: number): Promise<void>;
  /** Drops the connection; the guest goes on. */
  close(): void;
}

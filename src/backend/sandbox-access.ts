/**
 * A way into one running sandbox, for gateways that carry streams and not calls. Whoever holds one is the sandbox's
 * user there, and nothing more. All functions throw ThawErrors.
 */

/** A process in the sandbox. Output is pulled: what nobody reads makes the process wait. */
export interface AccessProcess {
  output(name: 'stdout' | 'stderr'): AsyncIterable<Buffer>;
  /** Resolves once the bytes are on their way, or dropped because nobody reads them. */
  write(data: Buffer): Promise<void>;
  closeStdin(): void;
  resize(size: { readonly cols: number; readonly rows: number }): void;
  /** To the process group; no error when it is gone. */
  signal(signal: number): void;
  /** Either a code or the number of the signal that ended it. Rejects when the sandbox cannot be reached any more. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: number | null }>;
}

/** A byte stream to something that listens in the sandbox. */
export interface AccessSocket {
  readonly received: AsyncIterable<Buffer>;
  write(data: Buffer): Promise<void>;
  /** Half-closes the sending side. */
  end(): void;
  destroy(): void;
}

export interface ProcessSettings {
  readonly env: Readonly<Record<string, string>>;
  readonly pty?: { readonly cols: number; readonly rows: number };
}

/** Where something shall listen in the sandbox. */
export type ListenAddress =
  | { readonly kind: 'tcp'; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

export interface AcceptedConnection {
  /** The peer's address and port; empty and 0 for a Unix socket. */
  readonly host: string;
  readonly port: number;
  take(): Promise<AccessSocket>;
}

export interface AccessListener {
  /** The port that it got; 0 for a Unix socket. */
  readonly port: number;
  /** Connections as they come, until the listener is closed. */
  readonly accepted: AsyncIterable<AcceptedConnection>;
  close(): void;
}

/** An open way in. It counts as activity of the sandbox until it is closed. */
export interface SandboxAccess {
  readonly sandbox: string;
  /** Aborted with a ThawError when the token is revoked or expires, or the sandbox stops. */
  readonly ended: AbortSignal;
  /** The user's login shell. */
  shell(settings: ProcessSettings): Promise<AccessProcess>;
  /** A text for the user's shell. */
  command(text: string, settings: ProcessSettings): Promise<AccessProcess>;
  /** Speaks SFTP version 3 on its input and output. */
  sftp(): Promise<AccessProcess>;
  /** To a port of the sandbox's own loopback; any other host is `permission_denied`. */
  dial(host: string, port: number): Promise<AccessSocket>;
  dialUnix(path: string): Promise<AccessSocket>;
  /** Listens in the sandbox, TCP on its loopback. */
  listen(address: ListenAddress): Promise<AccessListener>;
  close(): void;
}

/** Admits the holder of a token; null for a token that is not valid. */
export type AdmitToken = (token: string, signal: AbortSignal) => Promise<SandboxAccess | null>;

/** Where a gateway is reached, as its users see it. */
export interface SshEndpoint {
  readonly host: string;
  readonly port: number;
  /** `ssh-ed25519 AAAA…`, as in known_hosts. */
  readonly hostKey: string;
}

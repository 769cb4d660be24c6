/**
 * The registry of every error that Thaw reports: one code, one HTTP status, one piece of advice each.
 * Adapters translate foreign errors into these by status code or errno; nothing is recognised by its text.
 */

/** What a code means to a caller. `next` is the advice shown unless the thrower has a better one. */
export interface ErrorKind {
  readonly httpStatus: number;
  /** Whether the same call may succeed later without a change by the caller. */
  readonly retryable: boolean;
  readonly next: string;
}

const kind = (httpStatus: number, retryable: boolean, next: string): ErrorKind => ({
  httpStatus,
  retryable,
  next,
});

export const errorKinds = {
  invalid_argument: kind(400, false, 'Correct the named argument and call again.'),
  request_too_large: kind(413, false, 'Send less in one request.'),
  request_timeout: kind(408, true, 'Send the request again, faster.'),
  sandbox_not_found: kind(
    404,
    false,
    'Call sandbox_list to see the sandboxes that exist, or sandbox_create to make one.',
  ),
  snapshot_not_found: kind(404, false, 'Leave snapshot out to use the default one, or name one that exists.'),
  volume_not_found: kind(
    404,
    false,
    'Call volume_list to see the volumes that exist, or volume_create to make one.',
  ),
  no_build: kind(404, false, 'Only what was made of a Dockerfile (buildInfo) has a build log.'),
  name_conflict: kind(409, false, 'Choose another name, or delete the sandbox that has it.'),
  state_conflict: kind(
    409,
    false,
    'Call sandbox_get to see its state, and bring it into a fitting one first.',
  ),
  busy: kind(409, true, 'Another operation is changing this sandbox. Call again in a moment.'),
  unsupported: kind(422, false, 'Leave the named field out.'),
  unsupported_by_backend: kind(501, false, 'Use another tool, or run Thaw with a backend that offers this.'),
  capacity: kind(429, true, 'Stop or delete sandboxes that are no longer needed, then call again.'),
  engine_unreachable: kind(
    503,
    true,
    'Run `thaw doctor` on the host to see why the Docker Engine does not answer.',
  ),
  engine_error: kind(502, true, 'Call again; if it stays, run `thaw doctor` on the host.'),
  backend_unreachable: kind(
    503,
    true,
    'Check DAYTONA_API_URL and the network; `thaw doctor` on the host shows whether the API answers.',
  ),
  backend_credentials: kind(
    401,
    false,
    'Check DAYTONA_API_KEY and the permissions of the key, then start Thaw again.',
  ),
  backend_error: kind(502, true, 'Call again; if it stays, look at the server of DAYTONA_API_URL.'),
  agent_unreachable: kind(503, true, 'Call again in a moment; if it stays, stop the sandbox and start it.'),
  agent_protocol: kind(
    502,
    false,
    'Stop the sandbox and start it: its guest agent sent data that makes no sense.',
  ),
  command_not_started: kind(400, false, 'Check the working directory, the user and the command.'),
  runtime_missing: kind(
    422,
    false,
    'Install it with sandbox_exec as root, or use a snapshot that has it, such as the default one.',
  ),
  context_not_found: kind(404, false, 'Leave the context out to use the default one, or make a new one.'),
  job_not_found: kind(404, false, 'Call sandbox_exec_list to see the commands that are kept.'),
  command_ended: kind(410, false, 'The command has ended, or its stdin is closed. Start another one.'),
  session_not_found: kind(404, false, 'List the sessions, or create this one.'),
  session_exists: kind(409, false, 'Choose another id, or delete the session that has it.'),
  session_ended: kind(410, false, 'Its shell has ended. Delete the session and create it again.'),
  port_closed: kind(
    502,
    true,
    'Start a server in the sandbox on that port, or use a port that sandbox_ports shows.',
  ),
  process_limit: kind(
    429,
    true,
    'Stop processes in the sandbox (or stop and start the sandbox), then call again.',
  ),
  file_not_found: kind(404, false, 'Check the path with sandbox_list_files.'),
  file_exists: kind(409, false, 'Choose another path or remove what is there.'),
  not_a_directory: kind(400, false, 'Name a directory.'),
  is_a_directory: kind(400, false, 'Name a file; use sandbox_list_files for a directory.'),
  not_a_file: kind(400, false, 'Name a regular file.'),
  permission_denied: kind(403, false, 'Use a path that the user may access, or act as another user.'),
  file_read_failed: kind(
    500,
    false,
    'The file system of the sandbox does not give this file out. Read another one, or copy it with sandbox_exec.',
  ),
  file_too_large: kind(413, false, 'Read or write a part of the file, or use sandbox_exec on it.'),
  edit_mismatch: kind(
    409,
    false,
    'Read the file with sandbox_read_file and copy oldText from it exactly, white space included.',
  ),
  disk_full: kind(507, false, 'Free space in the sandbox, then call again.'),
  disk_limit: kind(
    507,
    false,
    'Delete archived sandboxes or snapshots that are no longer needed, or run `thaw prune` on the host.',
  ),
  archive_damaged: kind(
    500,
    false,
    'The stored files fail their checksum and were left as they are. Restore the object store from a backup, then start the sandbox again.',
  ),
  execution_timeout: kind(408, false, 'Give the command more time, or run it in the background.'),
  terminal_not_found: kind(404, false, 'List the terminals of the sandbox, or create one.'),
  terminal_exists: kind(409, false, 'Choose another id, or connect to the terminal that has it.'),
  terminal_ended: kind(410, false, 'Its program ended. Create another terminal.'),
  git_auth_failed: kind(401, false, 'Give a user name and a password or token that may do this.'),
  git_repository_not_found: kind(404, false, 'Check the path or the URL of the repository.'),
  git_branch_not_found: kind(404, false, 'List the branches, and name one that exists.'),
  git_branch_exists: kind(409, false, 'Choose another name, or check that branch out.'),
  git_push_rejected: kind(409, false, 'Pull first, then push again.'),
  git_dirty_worktree: kind(409, false, 'Commit the changes or restore the files first.'),
  git_merge_conflict: kind(409, false, 'Resolve the conflicts in the named files, add them and commit.'),
  git_transport_failed: kind(502, true, 'Check the URL, and that the sandbox may reach its host.'),
  git_remote_rejected: kind(422, false, 'The server refused this. Ask who runs it for the right.'),
  git_failed: kind(400, false, 'Correct what git complains of, and call again.'),
  stale_handle: kind(410, false, 'The sandbox was restarted since. Ask for a new handle.'),
  timeout: kind(504, true, 'Call again, with a longer limit if the work is long.'),
  cancelled: kind(499, false, 'The caller cancelled this. Nothing needs to be done.'),
  setup_failed: kind(503, false, 'Run `thaw doctor` on the host: it names what is missing and what to do.'),
  internal: kind(
    500,
    false,
    'This is a defect in Thaw. The log of the owner has the details under the same request id.',
  ),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorKinds;

/** Facts beside the message. They are shown to the caller, so they never hold secrets or host paths. */
export type ErrorContext = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface ErrorOptions {
  /** Replaces the registry's advice where the thrower knows better. */
  readonly next?: string;
  readonly context?: ErrorContext;
  readonly cause?: unknown;
}

/** The only error class that crosses a module boundary of Thaw on purpose. */
export class ThawError extends Error {
  override readonly name = 'ThawError';
  readonly code: ErrorCode;
  readonly next: string;
  readonly retryable: boolean;
  readonly httpStatus: number;
  readonly context: ErrorContext;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    const { next, retryable, httpStatus } = errorKinds[code];
    this.code = code;
    this.next = options.next ?? next;
    this.retryable = retryable;
    this.httpStatus = httpStatus;
    this.context = options.context ?? {};
  }
}

/** Tells whether `error` carries one of the given codes. */
export function isThawError(error: unknown, ...codes: readonly ErrorCode[]): error is ThawError {
  return error instanceof ThawError && (codes.length === 0 || codes.includes(error.code));
}

/** Any thrown value as a ThawError; what is not one already becomes `internal` with the original as its cause. */
export function toThawError(error: unknown): ThawError {
  if (error instanceof ThawError) return error;
  return new ThawError('internal', 'Something went wrong inside Thaw.', { cause: error });
}

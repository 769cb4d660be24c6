/** The toolbox's error body, which Daytona's SDKs turn into their error classes by status, source and code (reference §4.1). */
import { toTimestamp } from '../../clock.ts';
import { type ErrorCode, isThawError, type ThawError, toThawError } from '../../errors.ts';

export interface ToolboxProblem {
  readonly statusCode: number;
  readonly code: string;
  readonly message: string;
}

export interface ProblemBody extends ToolboxProblem {
  readonly timestamp: string;
  readonly path: string;
  readonly method: string;
  readonly source: 'DAYTONA_DAEMON';
}

/** Codes of the API that say more than the status does. */
const codes: Readonly<Partial<Record<ErrorCode, string>>> = {
  file_not_found: 'FILE_NOT_FOUND',
  permission_denied: 'FILE_ACCESS_DENIED',
  is_a_directory: 'INVALID_FILE_PATH',
  not_a_directory: 'INVALID_FILE_PATH',
  not_a_file: 'INVALID_FILE_PATH',
  file_read_failed: 'FILE_READ_FAILED',
  execution_timeout: 'PROCESS_EXECUTION_TIMEOUT',
  job_not_found: 'PROCESS_NOT_FOUND',
  session_not_found: 'PROCESS_NOT_FOUND',
  session_ended: 'SESSION_ENDED',
  command_ended: 'COMMAND_ALREADY_COMPLETED',
  git_auth_failed: 'GIT_AUTH_FAILED',
  git_repository_not_found: 'GIT_REPO_NOT_FOUND',
  git_branch_not_found: 'GIT_BRANCH_NOT_FOUND',
  git_branch_exists: 'GIT_BRANCH_EXISTS',
  git_push_rejected: 'GIT_PUSH_REJECTED',
  git_dirty_worktree: 'GIT_DIRTY_WORKTREE',
  git_merge_conflict: 'GIT_MERGE_CONFLICT',
  git_transport_failed: 'GIT_TRANSPORT_FAILED',
  git_remote_rejected: 'GIT_REMOTE_REJECTED',
};

/** Where the API's status differs from that of Thaw's registry. */
const statuses: Readonly<Partial<Record<ErrorCode, number>>> = {
  // The API has no such status; its SDKs know 500.
  cancelled: 500,
};

const byStatus: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  408: 'REQUEST_TIMEOUT',
  409: 'CONFLICT',
  410: 'GONE',
  422: 'UNPROCESSABLE_ENTITY',
  500: 'INTERNAL_SERVER_ERROR',
};

const codeOfStatus = (status: number): string =>
  byStatus[status] ?? (status >= 500 ? 'INTERNAL_SERVER_ERROR' : 'BAD_REQUEST');

function statusOf(error: ThawError): number {
  // The API answers 400 for a sandbox that does not run.
  if (error.code === 'state_conflict' && error.context['state'] !== undefined) return 400;
  return statuses[error.code] ?? error.httpStatus;
}

/** Any thrown value; what is no ThawError tells nothing about itself. */
export function toProblem(thrown: unknown): ToolboxProblem {
  const error = toThawError(thrown);
  const statusCode = statusOf(error);
  return { statusCode, code: codes[error.code] ?? codeOfStatus(statusCode), message: error.message };
}

export const problem = (
  statusCode: number,
  message: string,
  code = codeOfStatus(statusCode),
): ToolboxProblem => ({
  statusCode,
  code,
  message,
});

/** `path` is that of the URL, without its query: it may hold a token. */
export const problemBody = (
  { statusCode, message, code }: ToolboxProblem,
  request: { readonly method: string; readonly path: string },
  nowMs: number,
): ProblemBody => ({
  statusCode,
  message,
  code,
  timestamp: toTimestamp(nowMs),
  path: request.path,
  method: request.method,
  source: 'DAYTONA_DAEMON',
});

/** Whether it belongs into the log: the fault of nobody outside. */
export const isDefect = (thrown: unknown): boolean => !isThawError(thrown) || thrown.code === 'internal';

/** Why a request gets no further, in the API's words. */
export class Refusal extends Error {
  readonly problem: ToolboxProblem;
  readonly headers: Readonly<Record<string, string>>;

  constructor(reason: ToolboxProblem, headers: Readonly<Record<string, string>> = {}) {
    super(reason.message);
    this.problem = reason;
    this.headers = headers;
  }
}

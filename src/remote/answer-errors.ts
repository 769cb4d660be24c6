/**
 * Answers that are errors, as ThawErrors: by HTTP status, by the toolbox's `code`, and by the code of Thaw itself when
 * the server is one. Never by the text, which is only passed on.
 */
import { z } from 'zod';
import { type ErrorCode, errorKinds, ThawError } from '../errors.ts';
import { cleanText } from './clean-text.ts';
import type { Operation, RemoteAnswer } from './request.ts';

/** The envelope of the API and of the toolbox, as far as it matters. */
const Envelope = z.looseObject({
  message: z.union([z.string(), z.array(z.string())]).optional(),
  error: z.string().optional(),
  /** Of an upload of many files. */
  errors: z.array(z.string()).optional(),
  /** The toolbox's own, or that of a Thaw server, which says more than a status. */
  code: z.string().optional(),
  next: z.string().optional(),
});

const general: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid_argument',
  401: 'backend_credentials',
  403: 'backend_credentials',
  404: 'sandbox_not_found',
  405: 'unsupported_by_backend',
  408: 'timeout',
  409: 'busy',
  410: 'stale_handle',
  413: 'file_too_large',
  422: 'unsupported',
  429: 'capacity',
  501: 'unsupported_by_backend',
  503: 'backend_unreachable',
  504: 'timeout',
  507: 'disk_full',
};

/** Of the Daytona toolbox. */
const toolboxCodes: Readonly<Record<string, ErrorCode>> = {
  FILE_NOT_FOUND: 'file_not_found',
  FILE_ACCESS_DENIED: 'permission_denied',
  FILE_READ_FAILED: 'file_read_failed',
  GIT_AUTH_FAILED: 'git_auth_failed',
  GIT_REPO_NOT_FOUND: 'git_repository_not_found',
  GIT_BRANCH_NOT_FOUND: 'git_branch_not_found',
  GIT_BRANCH_EXISTS: 'git_branch_exists',
  GIT_PUSH_REJECTED: 'git_push_rejected',
  GIT_DIRTY_WORKTREE: 'git_dirty_worktree',
  GIT_MERGE_CONFLICT: 'git_merge_conflict',
  GIT_TRANSPORT_FAILED: 'git_transport_failed',
  GIT_REMOTE_REJECTED: 'git_remote_rejected',
  PROCESS_EXECUTION_TIMEOUT: 'timeout',
  PROCESS_NOT_FOUND: 'stale_handle',
  SESSION_ENDED: 'stale_handle',
  COMMAND_ALREADY_COMPLETED: 'stale_handle',
};

const isErrorCode = (text: string | undefined): text is ErrorCode =>
  text !== undefined && Object.hasOwn(errorKinds, text);

export interface AnswerContext {
  readonly method: string;
  readonly url: string;
  readonly secrets: readonly string[];
}

function parseEnvelope(body: Buffer): z.output<typeof Envelope> | null {
  try {
    const parsed = Envelope.safeParse(JSON.parse(body.toString('utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** The framework's answer to a route that is not there repeats the request line; a missing thing is told otherwise. */
function isMissingRoute(message: string, { method, url }: AnswerContext): boolean {
  return message.startsWith(`Cannot ${method} ${new URL(url).pathname}`);
}

const redirects = (answer: RemoteAnswer): boolean => answer.status >= 300 && answer.status < 400;

function redirectError(operation: string, answer: RemoteAnswer, url: string): ThawError {
  const location = answer.headers.get('location') ?? '';
  const where = URL.canParse(location, url) ? ` to ${new URL(location, url).origin}` : '';
  return new ThawError(
    'backend_error',
    `${new URL(url).origin} answered ${operation} with a redirect${where}, which is not followed: the key would go along.`,
    { next: 'Set DAYTONA_API_URL to the final address of the API.', context: { operation } },
  );
}

/** What the server names outranks its status. */
function codeOf(status: number, operation: Operation, named: string | undefined): ErrorCode {
  if (isErrorCode(named)) return named;
  const known = named === undefined ? undefined : toolboxCodes[named];
  return known ?? operation.codes?.[status] ?? general[status] ?? 'backend_error';
}

/** For an answer without a status of success. */
export function toAnswerError(answer: RemoteAnswer, operation: Operation, context: AnswerContext): ThawError {
  const { name } = operation;
  const { origin } = new URL(context.url);
  if (redirects(answer)) return redirectError(name, answer, context.url);
  const envelope = parseEnvelope(answer.body);
  const message = envelope?.message ?? envelope?.error ?? envelope?.errors ?? '';
  const said = typeof message === 'string' ? message : message.join(', ');
  const facts = { operation: name, status: answer.status };
  if (answer.status === 404 && isMissingRoute(said, context)) {
    return new ThawError('unsupported_by_backend', `The server at ${origin} has no operation ${name}.`, {
      context: facts,
    });
  }
  if (answer.status === 404 && envelope === null) {
    return new ThawError(
      'backend_error',
      `${origin} answered ${name} with 404 and not as a Daytona API does.`,
      {
        next: 'Check DAYTONA_API_URL: it ends with /api as a rule.',
        context: facts,
      },
    );
  }
  const code = codeOf(answer.status, operation, envelope?.code);
  const text = cleanText(said, context.secrets);
  const quoted = text === '' ? `HTTP status ${answer.status}` : `"${text}" (HTTP status ${answer.status})`;
  const next = isErrorCode(envelope?.code) ? cleanText(envelope?.next ?? '', context.secrets) : '';
  return new ThawError(code, `The server at ${origin} refused ${name}: ${quoted}.`, {
    context: facts,
    ...(next === '' ? {} : { next }),
  });
}

/** For an answer of success that makes no sense. */
export function toBodyError(operation: string, url: string, problem: string): ThawError {
  return new ThawError(
    'backend_error',
    `${new URL(url).origin} answered ${operation} with a body that makes no sense: ${problem}.`,
    { context: { operation } },
  );
}

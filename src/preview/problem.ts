/** What can stand between a request and a preview, each with its status and what helps. */
import type { SandboxState } from '../../schemas/state.ts';
import { isThawError, type ThawError } from '../errors.ts';

export interface Problem {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly message: string;
  readonly next: string;
  /** Seconds after which the same request may succeed. */
  readonly retryAfter?: number;
  /** Ports on which something listens. */
  readonly ports?: readonly number[];
}

const CREATE_LINK = 'Ask for a link with sandbox_signed_preview_url.';

export const problems = {
  bad_request: {
    code: 'bad_request',
    status: 400,
    title: 'Bad request',
    message: 'The request makes no sense, or its framing is ambiguous.',
    next: 'Send one Host header, a path that begins with a slash, and a body with one length.',
  },
  unknown_host: {
    code: 'unknown_host',
    status: 421,
    title: 'Unknown host',
    message: 'No preview has this host name.',
    next: 'Use a URL of sandbox_preview_url.',
  },
  no_preview: {
    code: 'no_preview',
    status: 404,
    title: 'No preview here',
    message: 'This address names no port of a sandbox.',
    next: 'Use a URL of sandbox_preview_url.',
  },
  unknown: {
    code: 'gone',
    status: 404,
    title: 'Gone',
    message: 'There is no such preview: the sandbox was deleted, or the link expired or was ended.',
    next: `See with sandbox_list which sandboxes exist. ${CREATE_LINK}`,
  },
  denied: {
    code: 'not_allowed',
    status: 401,
    title: 'Not allowed',
    message:
      'This preview is private, and the request has no valid token. A token ends when its sandbox restarts.',
    next: `Send the token of sandbox_preview_url as header x-daytona-preview-token or as query parameter DAYTONA_SANDBOX_AUTH_KEY. ${CREATE_LINK}`,
  },
  not_ready: {
    code: 'not_ready',
    status: 503,
    title: 'Not ready',
    message: 'The sandbox engine is being prepared.',
    next: 'Try again in a moment.',
    retryAfter: 5,
  },
  crowded: {
    code: 'capacity',
    status: 503,
    title: 'Too many requests',
    message: 'Too many requests are under way.',
    next: 'Try again when some have ended.',
    retryAfter: 1,
  },
  broken: {
    code: 'bad_gateway',
    status: 502,
    title: 'The server broke off',
    message: 'The server in the sandbox ended the connection, or its answer makes no sense.',
    next: 'Look at the output of the server in the sandbox.',
  },
  slow: {
    code: 'gateway_timeout',
    status: 504,
    title: 'No answer',
    message: 'The server in the sandbox did not answer in time.',
    next: 'Look at the output of the server in the sandbox.',
  },
} as const satisfies Record<string, Problem>;

/** For states that end by themselves. */
const passing: ReadonlySet<SandboxState> = new Set<SandboxState>([
  'creating',
  'starting',
  'restoring',
  'resizing',
  'resuming',
  'snapshotting',
  'forking',
]);

export function stateProblem(state: SandboxState): Problem {
  if (passing.has(state)) {
    return {
      code: 'not_ready',
      status: 503,
      title: 'Not ready',
      message: `The sandbox is ${state}.`,
      next: 'Try again in a moment.',
      retryAfter: 2,
    };
  }
  return {
    code: 'stopped',
    status: 409,
    title: 'Not running',
    message: `The sandbox is ${state}.`,
    next: 'Start it with sandbox_start. With the label thaw.wake-on-preview=true a request starts it.',
  };
}

const nothingListens = ({ message, next }: ThawError, port: number, ports: readonly number[]): Problem => ({
  code: 'nothing_listens',
  status: 502,
  title: `Nothing listens on port ${port}`,
  message: `${message} ${ports.length === 0 ? 'Nothing listens on any port.' : `These ports are open: ${ports.join(', ')}.`}`,
  next,
  retryAfter: 2,
  ports,
});

const RETRY_SECONDS = 2;
const MAX_PORTS = 50;

/** What a failed connection into a sandbox comes to. Null for what is no error of Thaw: then the sandbox broke off. */
export async function dialProblem(
  thrown: unknown,
  port: number,
  ports: () => Promise<readonly number[]>,
): Promise<Problem | null> {
  if (!isThawError(thrown)) return null;
  if (thrown.code === 'port_closed') {
    const open = await ports().catch(() => []);
    return nothingListens(thrown, port, open.slice(0, MAX_PORTS));
  }
  const { code, message, next, retryable, httpStatus } = thrown;
  const retry = retryable ? { retryAfter: RETRY_SECONDS } : {};
  return { code, status: Math.max(httpStatus, 500), title: 'No connection', message, next, ...retry };
}

/** Asks whether a Docker Engine that Thaw can use answers at an endpoint. */
import type { DockerEndpoint } from '../../engine/docker/endpoint.ts';
import { requestEngine } from '../engine-request.ts';

export const pingDeadlineMs = 3_000;

/** Null when a usable Docker Engine answers, else why not, in words for a person. */
export async function whyUnusable(
  endpoint: DockerEndpoint,
  deadlineMs: number = pingDeadlineMs,
): Promise<string | null> {
  try {
    const answer = await requestEngine(endpoint, {
      method: 'GET',
      path: '/_ping',
      signal: AbortSignal.timeout(deadlineMs),
    });
    answer.once('error', () => {}).resume();
    const { statusCode = 0, headers } = answer;
    if (headers['libpod-api-version'] !== undefined) {
      return 'this is Podman, which Thaw does not support: it needs a Docker Engine';
    }
    if (statusCode !== 200) return `it answered the ping with HTTP status ${statusCode}`;
    if (headers['api-version'] === undefined) return 'what answers there is no Docker Engine';
    if (headers['ostype'] === 'windows') return 'it runs Windows containers; switch it to Linux containers';
    return null;
  } catch (error) {
    return explain(error, deadlineMs);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such socket',
  ECONNREFUSED: 'nothing listens there',
  EACCES: 'permission denied: add this user to the group that owns the socket, or run as root',
  ENOTSOCK: 'this is not a socket',
  ENOTFOUND: 'the host name is unknown',
  EHOSTUNREACH: 'the host cannot be reached',
  ECONNRESET: 'the connection was closed without an answer (does it want TLS?)',
};

function explain(error: unknown, deadlineMs: number): string {
  if (!(error instanceof Error)) return 'it failed without an explanation';
  if (error.name === 'TimeoutError' || error.name === 'AbortError') {
    return `no answer within ${deadlineMs / 1000} s`;
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return reasons[code] ?? error.message;
}

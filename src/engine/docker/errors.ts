/** Translates what dockerode throws into ThawErrors, by status code and errno only. */
import { ThawError } from '../../errors.ts';

/** The HTTP status that the daemon answered, or null when it did not answer. */
export function statusOf(error: unknown): number | null {
  if (
    typeof error === 'object' &&
    error !== null &&
    'statusCode' in error &&
    typeof error.statusCode === 'number'
  ) {
    return error.statusCode;
  }
  return null;
}

/** The daemon's own explanation, for messages only; nothing decides on it. */
function explanationOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'json' in error) {
    const { json } = error;
    if (typeof json === 'object' && json !== null && 'message' in json && typeof json.message === 'string')
      return json.message;
  }
  return error instanceof Error ? error.message : 'no explanation';
}

/** `action` names what was tried: “create a container”. */
export function translateDockerError(error: unknown, action: string): ThawError {
  if (error instanceof ThawError) return error;
  const status = statusOf(error);
  if (status === null) {
    return new ThawError(
      'engine_unreachable',
      `The Docker Engine did not answer while Thaw tried to ${action}.`,
      {
        cause: error,
      },
    );
  }
  return new ThawError(
    'engine_error',
    `The Docker Engine could not ${action} (${status}): ${explanationOf(error)}`,
    {
      cause: error,
      context: { status },
    },
  );
}

/** Runs `work`; a status in `tolerated` counts as success and answers null. */
export async function dockerCall<T>(
  action: string,
  work: () => Promise<T>,
  tolerated: readonly number[] = [],
): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    const status = statusOf(error);
    if (status !== null && tolerated.includes(status)) return null;
    throw translateDockerError(error, action);
  }
}

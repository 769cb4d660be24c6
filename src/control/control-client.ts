/** Asks a running owner through its control socket. */
import { request } from 'node:http';
import { z } from 'zod';
import { KeyAnswer, type KeyCall } from './key-requests.ts';
import { PruneReport, type PruneRequest } from './prune.ts';
import { OwnerStatus, StopAnswer, type StopRequest } from './status.ts';

const TIMEOUT_MS = 10_000;
/** Removing many images takes its time. */
const PRUNE_TIMEOUT_MS = 600_000;
const MAX_ANSWER_BYTES = 1_048_576;

/** The owner is there and does not answer as it should. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
}

const Refusal = z.object({ error: z.string() });

const nobodyThere = new Set(['ENOENT', 'ECONNREFUSED']);

/** What an error answer says, or null when it is none of the owner's. */
function reasonIn(text: string): string | null {
  try {
    return Refusal.parse(JSON.parse(text)).error;
  } catch {
    return null;
  }
}

/** The answer's text, or null when nobody listens. */
function ask(
  socketPath: string,
  method: string,
  path: string,
  body: string,
  timeoutMs: number = TIMEOUT_MS,
): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { socketPath, method, path, signal: AbortSignal.timeout(timeoutMs) },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
          if (text.length > MAX_ANSWER_BYTES) outgoing.destroy(new ControlError('The answer is too long.'));
        });
        response.on('end', () => {
          const ok = response.statusCode === 200 || response.statusCode === 202;
          if (ok) resolve(text);
          else
            reject(new ControlError(reasonIn(text) ?? `The owner answered status ${response.statusCode}.`));
        });
        response.on('error', reject);
      },
    );
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== undefined && nobodyThere.has(error.code)) resolve(null);
      else reject(error);
    });
    outgoing.end(body);
  });
}

function parse<Shape extends z.ZodType>(schema: Shape, text: string | null): z.output<Shape> | null {
  if (text === null) return null;
  const parsed = schema.safeParse(JSON.parse(text));
  if (!parsed.success)
    throw new ControlError('The owner runs another version of Thaw: stop it with its own command.');
  return parsed.data;
}

/** Null when no owner listens. Throws ControlError, or the error of the connection. */
export const fetchStatus = async (socketPath: string): Promise<OwnerStatus | null> =>
  parse(OwnerStatus, await ask(socketPath, 'GET', '/status', ''));

/** Asks the owner to end; resolves before it has. Null when no owner listens. */
export const requestStop = async (socketPath: string, wanted: StopRequest): Promise<{ pid: number } | null> =>
  parse(StopAnswer, await ask(socketPath, 'POST', '/stop', JSON.stringify(wanted)));

/** Asks the owner about its API keys. Null when no owner listens. Throws ControlError with the owner's reason. */
export const requestKeys = async (socketPath: string, call: KeyCall): Promise<KeyAnswer | null> =>
  parse(KeyAnswer, await ask(socketPath, 'POST', '/keys', JSON.stringify(call)));

/** Asks the owner to remove what nothing needs. Null when no owner listens. Throws ControlError with the owner's reason. */
export const requestPrune = async (socketPath: string, wanted: PruneRequest): Promise<PruneReport | null> =>
  parse(PruneReport, await ask(socketPath, 'POST', '/prune', JSON.stringify(wanted), PRUNE_TIMEOUT_MS));

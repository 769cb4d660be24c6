/** Runs a short command through the daemon to its end and collects what it says. */
import { ThawError } from '../../errors.ts';
import { deferred, withDeadline } from '../agent/deferred.ts';
import type { ExecHandle, ExecSpec } from '../docker/port.ts';
import type { SandboxLink } from './sandbox-link.ts';

const MAX_STDERR_BYTES = 64 * 1024;

export interface CollectOptions {
  readonly input?: Buffer;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of standard output at most; more is an error. */
  readonly maxBytes: number;
  /** Takes standard output as it comes, in place of collecting it. A throw ends the command's connection. */
  readonly onOutput?: (chunk: Buffer) => void;
  /** Called when the command is given up while it may still run, with what it said on standard error by then. */
  readonly onAbandon?: (stderr: Buffer) => void;
}

export interface Collected {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** Throws the daemon's refusal, `timeout`, `cancelled`, or `agent_unreachable` when the container ends. */
export async function collect(
  link: SandboxLink,
  spec: Omit<ExecSpec, 'stdin'>,
  options: CollectOptions,
): Promise<Collected> {
  const { input, maxBytes, onOutput, timeoutMs } = options;
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  let [outBytes, errBytes] = [0, 0];
  const ended = deferred<void>();
  const accept = (name: 'stdout' | 'stderr', chunk: Buffer): void => {
    if (name === 'stderr') {
      errBytes += chunk.length;
      if (errBytes <= MAX_STDERR_BYTES) stderr.push(chunk);
      return;
    }
    outBytes += chunk.length;
    if (onOutput !== undefined) onOutput(chunk);
    else if (outBytes > maxBytes)
      throw new ThawError('engine_error', 'An answer is longer than was asked for.');
    else stdout.push(chunk);
  };
  const handlers = {
    data: (name: 'stdout' | 'stderr', chunk: Buffer): void => {
      try {
        accept(name, chunk);
      } catch (error) {
        ended.reject(error instanceof Error ? error : new Error('unknown'));
      }
    },
    end: (error: ThawError | null): void => (error === null ? ended.resolve() : ended.reject(error)),
  };
  link.requireOpen();
  let handle: ExecHandle | null = null;
  const onClosed = (): void => ended.reject(link.reason);
  link.signal.addEventListener('abort', onClosed, { once: true });
  const cancelled = (): ThawError => new ThawError('cancelled', 'The caller cancelled.');
  const abort = options.signal === undefined ? undefined : { signal: options.signal, onAbort: cancelled };
  const work = async (): Promise<void> => {
    handle = await link.starts.run(() =>
      link.docker.exec(link.containerId, { ...spec, stdin: input !== undefined }, handlers),
    );
    if (input !== undefined) {
      await handle.write(input);
      handle.closeStdin();
    }
    await ended.promise;
  };
  try {
    const late = (): ThawError => new ThawError('timeout', `No answer within ${timeoutMs / 1000} s.`);
    await withDeadline(Promise.race([work(), ended.promise]), timeoutMs, late, abort);
    return { stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) };
  } catch (error) {
    options.onAbandon?.(Buffer.concat(stderr));
    throw error;
  } finally {
    link.signal.removeEventListener('abort', onClosed);
    (handle as ExecHandle | null)?.detach();
  }
}

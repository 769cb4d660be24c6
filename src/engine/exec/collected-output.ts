/** What a command prints while it is waited for: cut for the answer, and whole for as long as it may have to go on. */
import type { ExecResult } from '../../../schemas/exec.ts';
import type { JobChunk } from '../../backend/jobs.ts';
import { OutputCapture } from '../../content/output-capture.ts';
import { deferred } from '../agent/deferred.ts';

/** More than this is not held in memory for one command: it goes to the sandbox's disk. */
const HELD_BYTES = 4 * 1024 * 1024;

export class CollectedOutput {
  readonly #captures: Readonly<Record<JobChunk['stream'], OutputCapture>>;
  readonly #full = deferred<void>();
  #held: JobChunk[] | null;
  #bytes = 0;

  /** `holds`: whether it keeps everything, for a command that may go on after its call. */
  constructor(maxBytes: number, holds: boolean) {
    this.#captures = { stdout: new OutputCapture(maxBytes), stderr: new OutputCapture(maxBytes) };
    this.#held = holds ? [] : null;
  }

  add(stream: JobChunk['stream'], data: Buffer): void {
    this.#captures[stream].add(data);
    this.#bytes += data.length;
    if (this.#held === null) return;
    this.#held.push({ stream, data });
    if (this.#bytes > HELD_BYTES) this.#full.resolve();
  }

  /** Resolves when more came than is held. */
  get full(): Promise<void> {
    return this.#full.promise;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Everything so far; from now on nothing is held. */
  takeHeld(): readonly JobChunk[] {
    const held = this.#held ?? [];
    this.#held = null;
    return held;
  }

  result(): Pick<ExecResult, 'stdout' | 'stderr' | 'stdoutBytes' | 'stderrBytes' | 'truncated'> {
    const [out, err] = [this.#captures.stdout.result(), this.#captures.stderr.result()];
    return {
      stdout: out.text,
      stderr: err.text,
      stdoutBytes: out.totalBytes,
      stderrBytes: err.totalBytes,
      truncated: out.truncated || err.truncated,
    };
  }
}

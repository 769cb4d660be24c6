/** How long the engine waits for each kind of answer from the Docker daemon. */

export const deadlines = {
  /** Reads that the daemon answers from memory. */
  readMs: 15_000,
  /** Changes to one object: create, start, kill, remove. A busy daemon serves them one after another. */
  changeMs: 120_000,
  /** Moving whole file systems. */
  transferMs: 30 * 60_000,
} as const;

export const readDeadline = (): AbortSignal => AbortSignal.timeout(deadlines.readMs);
export const changeDeadline = (): AbortSignal => AbortSignal.timeout(deadlines.changeMs);

/** For the few calls of dockerode that take no signal. */
export async function withReadDeadline<T>(call: Promise<T>): Promise<T> {
  const signal = readDeadline();
  return await Promise.race([
    call,
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('deadline passed')), { once: true });
    }),
  ]);
}

/** A promise that is settled from outside, and waits that end. */

export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

/** A rejection that nobody awaits is no crash: whoever wants the promise sees it. */
export function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

/** The promise, or a rejection with what `onTimeout` makes after `timeoutMs`, or with the signal's `onAbort`. */
export async function withDeadline<T>(
  promise: Promise<T>,
  timeoutMs: number,
  onTimeout: () => Error,
  abort?: { readonly signal: AbortSignal; readonly onAbort: () => Error },
): Promise<T> {
  const stopped = deferred<never>();
  const timer = setTimeout(() => stopped.reject(onTimeout()), timeoutMs);
  const onAbort = (): void => {
    if (abort !== undefined) stopped.reject(abort.onAbort());
  };
  abort?.signal.addEventListener('abort', onAbort, { once: true });
  if (abort?.signal.aborted === true) onAbort();
  try {
    return await Promise.race([promise, stopped.promise]);
  } finally {
    clearTimeout(timer);
    abort?.signal.removeEventListener('abort', onAbort);
  }
}

/** Concurrency with a bound. */

/** How many items are worked on at once: each needs a few requests to the daemon. */
const CONCURRENCY = 8;

/** Runs `work` over all items, at most a few at a time. `work` handles its own errors. */
export async function forEachBounded<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

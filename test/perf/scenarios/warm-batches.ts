/** Samples that each take one parked container: in batches, with deleting and refilling between them and never inside. */
import { type Bench, POOL_SIZE, samples } from '../scenario.ts';
import type { OwnerStage } from '../stages/owner.ts';
import { time } from '../timing.ts';

/** Fewer than are parked, so that no claim of a batch meets the refill that the last parked container sets off. */
const BATCH = POOL_SIZE - 5;

/** The id of a sandbox that `sandbox_create` answered. Throws when it did not come from the pool. */
export function warmId(value: Readonly<Record<string, unknown>>): string {
  const { id, startedFrom } = value;
  if (startedFrom !== 'warm') throw new Error(`A create from a full pool was ${String(startedFrom)}.`);
  return String(id);
}

/** `sample` gets the running number of the sample and answers the id of the sandbox that it made. */
export async function sampleWarm(
  stage: OwnerStage,
  bench: Bench,
  sample: (index: number) => Promise<string>,
): Promise<readonly number[]> {
  const ms: number[] = [];
  const n = samples(bench, 200, 50);
  await stage.full();
  while (ms.length < n) {
    const made: string[] = [];
    while (made.length < BATCH && ms.length < n) {
      bench.signal.throwIfAborted();
      ms.push(await time(async () => void made.push(await sample(ms.length))));
    }
    await stage.clear(made);
  }
  return ms;
}

/** burst.wall: as many creates at once as are parked, from the first call to the last answer; and how fast the pool is full again. */
import { systemClock } from '../../../src/clock.ts';
import { POOL_SIZE, type Scenario, samples } from '../scenario.ts';
import type { OwnerStage } from '../stages/owner.ts';
import { percentile } from '../statistics.ts';
import { warmId } from './warm-batches.ts';

export const burst: Scenario<OwnerStage> = {
  names: ['burst.wall', 'refill.rate'],
  async run(stage, bench) {
    const [walls, rates]: [number[], number[]] = [[], []];
    const n = samples(bench, 8, 3);
    await stage.full();
    while (walls.length < n) {
      bench.signal.throwIfAborted();
      const started = systemClock.monotonic();
      const answers = await Promise.all(
        Array.from({ length: POOL_SIZE }, () => stage.client.call('sandbox_create', {})),
      );
      const drained = systemClock.monotonic();
      walls.push(drained - started);
      const made = answers.map(({ value }) => warmId(value));
      await stage.full();
      rates.push((POOL_SIZE * 1000) / (systemClock.monotonic() - drained));
      await stage.clear(made);
    }
    const sorted = [...rates].sort((a, b) => a - b);
    return [
      { kind: 'times', name: 'burst.wall', ms: walls },
      {
        kind: 'figure',
        name: 'refill.rate',
        value: percentile(sorted, 0.5),
        unit: '1/s',
        n,
        note: `median; from the last answer of a burst that took all ${POOL_SIZE} parked containers until ${POOL_SIZE} are parked again`,
      },
    ];
  },
};

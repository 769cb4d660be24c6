/** Work on templates: a few at a time, ended by its deadline, by its caller and by the end of the owner. */
import { expect, it } from 'vitest';
import { Makings } from '../../../src/engine/build/makings.ts';
import { ThawError } from '../../../src/errors.ts';
import { ManualClock } from '../../support/manual-clock.ts';

/** Work that lasts until it is told to end, and says why it ended. */
function lasting(makings: Makings, id: string) {
  const reasons: string[] = [];
  let begun = false;
  const making = makings.start(id, async (signal) => {
    await makings
      .whenFree(signal, async () => {
        begun = true;
        await new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('cut short'))),
        );
      })
      .catch(() => undefined);
    const reason: unknown = signal.reason;
    reasons.push(reason instanceof ThawError ? reason.code : 'none');
  });
  return { making, reasons, hasBegun: () => begun };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

it('runs two at once; the next begins when one ends', async () => {
  const makings = new Makings(new ManualClock(), 1_000);
  const works = ['a', 'b', 'c', 'd'].map((id) => lasting(makings, id));
  await settle();
  expect(works.map(({ hasBegun }) => hasBegun())).toEqual([true, true, false, false]);
  // One that waits is given up without having begun.
  works[2]?.making.cancel(new ThawError('cancelled', 'x'));
  await works[2]?.making.done;
  works[0]?.making.cancel(new ThawError('cancelled', 'x'));
  await works[0]?.making.done;
  await settle();
  expect(works.map(({ hasBegun }) => hasBegun())).toEqual([true, true, false, true]);
  await makings.close();
  expect(works.map(({ reasons }) => reasons[0])).toEqual([
    'cancelled',
    'engine_unreachable',
    'cancelled',
    'engine_unreachable',
  ]);
  expect(makings.get('b')).toBeNull();
});

it('ends work at its deadline, and whatever begins after the close', async () => {
  const clock = new ManualClock();
  const makings = new Makings(clock, 60_000);
  const late = lasting(makings, 'late');
  clock.advance(59_999);
  await settle();
  expect(late.reasons).toEqual([]);
  clock.advance(1);
  await late.making.done;
  expect(late.reasons).toEqual(['timeout']);
  await makings.close();
  const after = lasting(makings, 'after');
  await after.making.done;
  expect(after.reasons).toEqual(['engine_unreachable']);
});

it('works on one key in turn, whatever becomes of the one before', async () => {
  const makings = new Makings(new ManualClock(), 1_000);
  const order: number[] = [];
  const turns = [1, 2, 3].map((number) =>
    makings.inTurn('key', async () => {
      await settle();
      order.push(number);
      if (number === 1) throw new Error('the first fails');
    }),
  );
  expect((await Promise.allSettled(turns)).map(({ status }) => status)).toEqual([
    'rejected',
    'fulfilled',
    'fulfilled',
  ]);
  expect(order).toEqual([1, 2, 3]);
});

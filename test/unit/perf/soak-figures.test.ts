/** What the soak takes for a leak, and what for noise. */
import { expect, it } from 'vitest';
import { type Figures, findLeaks } from '../../perf/soak-figures.ts';

const at = (round: number, change: (round: number) => Partial<Figures> = () => ({})): Figures => ({
  memory: { owner: 150, heap: 40, helper: 3, daemon: 90 },
  descriptors: 60,
  containers: 11,
  rows: { sandboxes: 0, parked: 10, journal: 0, meta: 4 },
  ...change(round),
});
const rounds = (change?: (round: number) => Partial<Figures>): Figures[] =>
  Array.from({ length: 20 }, (_, round) => at(round, change));

it('finds nothing where nothing grows', () => {
  expect(findLeaks(rounds())).toEqual([]);
});

it('passes over the warm-up, a single peak and the daemon', () => {
  const memory = (round: number): Figures['memory'] => ({
    owner: round < 3 ? 60 : round === 19 ? 260 : 150,
    heap: 40,
    helper: 3,
    daemon: 90 + round * 50,
  });
  expect(findLeaks(rounds((round) => ({ memory: memory(round) })))).toEqual([]);
});

it.each([
  ['memory', (round: number) => ({ memory: { owner: 150 + round * 10, heap: 40, helper: 3, daemon: 90 } })],
  ['heap', (round: number) => ({ memory: { owner: 150, heap: 40 + round * 3, helper: 3, daemon: 90 } })],
  ['helper', (round: number) => ({ memory: { owner: 150, heap: 40, helper: 3 + round, daemon: 90 } })],
  ['open files', (round: number) => ({ descriptors: 60 + round })],
  ['containers', (round: number) => ({ containers: 11 + Math.floor(round / 8) })],
  ['rows of meta', (round: number) => ({ rows: { meta: 4 + round } })],
] as const)('finds growing %s', (what, change) => {
  expect(findLeaks(rounds(change))).toEqual([expect.stringContaining(what)]);
});

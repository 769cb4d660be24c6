/** Sets of addresses as sorted lists of ranges that neither touch nor overlap. Pure. */
import { type Address, type Family, lastOf, type Range } from './cidr.ts';

/** Every address of both families. */
export const everything: readonly Range[] = [
  { family: 4, first: 0n, last: lastOf(4) },
  { family: 6, first: 0n, last: lastOf(6) },
];

const compare = (a: Range, b: Range): number => {
  if (a.family !== b.family) return a.family - b.family;
  if (a.first !== b.first) return a.first < b.first ? -1 : 1;
  return 0;
};

/** All of the ranges as one set. */
export function union(ranges: readonly Range[]): Range[] {
  const merged: Range[] = [];
  for (const range of ranges.toSorted(compare)) {
    const before = merged.at(-1);
    if (before === undefined || before.family !== range.family || range.first > before.last + 1n) {
      merged.push(range);
    } else if (range.last > before.last) {
      merged[merged.length - 1] = { ...before, last: range.last };
    }
  }
  return merged;
}

function without(range: Range, hole: Range): Range[] {
  if (hole.family !== range.family || hole.last < range.first || hole.first > range.last) return [range];
  return [
    ...(hole.first > range.first ? [{ ...range, last: hole.first - 1n }] : []),
    ...(hole.last < range.last ? [{ ...range, first: hole.last + 1n }] : []),
  ];
}

/** What is in `ranges` and in none of `holes`. */
export const subtract = (ranges: readonly Range[], holes: readonly Range[]): Range[] =>
  holes.reduce<Range[]>((left, hole) => left.flatMap((range) => without(range, hole)), union(ranges));

/** What is in both sets. */
export const intersect = (a: readonly Range[], b: readonly Range[]): Range[] =>
  subtract(a, subtract(everything, b));

export const contains = (ranges: readonly Range[], { family, value }: Address): boolean =>
  ranges.some((range) => range.family === family && range.first <= value && value <= range.last);

export const ofFamily = (ranges: readonly Range[], family: Family): readonly Range[] =>
  ranges.filter((range) => range.family === family);

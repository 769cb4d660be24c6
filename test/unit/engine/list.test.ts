/** Filters, order and pages of sandbox lists. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listRecords } from '../../../src/engine/lifecycle/list.ts';
import { makeRecord } from './records.ts';

const records = [
  makeRecord({ name: 'api', createdAt: 1, labels: { team: 'a', tier: 'x' } }),
  makeRecord({ name: 'Apple', createdAt: 3, labels: { team: 'a' }, state: 'stopped' }),
  makeRecord({ name: 'web', createdAt: 2, labels: { team: 'b' } }),
];
const names = (query: Parameters<typeof listRecords>[1]) =>
  listRecords(records, query).items.map(({ name }) => name);

describe('listRecords', () => {
  it('answers the newest first', () => {
    expect(names({})).toEqual(['Apple', 'web', 'api']);
  });

  it('filters by name prefix, state, id prefix and all labels', () => {
    expect(names({ name: 'ap', sort: 'name', order: 'asc' })).toEqual(['Apple', 'api']);
    expect(names({ states: ['stopped'] })).toEqual(['Apple']);
    expect(names({ labels: { team: 'a', tier: 'x' } })).toEqual(['api']);
    expect(names({ id: records[2]?.id.slice(0, 8) ?? '' })).toEqual(['web']);
  });

  it('pages without a gap or an overlap, also among equal keys', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 7 }), (count, limit) => {
        const same = Array.from({ length: count }, () => makeRecord({ createdAt: 5 }));
        const { total, totalPages } = listRecords(same, { limit });
        const pages = Array.from(
          { length: totalPages },
          (_, index) => listRecords(same, { limit, page: index + 1 }).items,
        );
        expect(total).toBe(count);
        expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(count);
        expect(pages.flat()).toHaveLength(count);
      }),
    );
  });
});

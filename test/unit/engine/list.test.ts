/** Filters, order and pages of sandbox lists. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ListSandboxes, sortKeys } from '../../../schemas/list-sandboxes.ts';
import { listRecords } from '../../../src/engine/lifecycle/list.ts';
import { makeRecord } from './records.ts';

const at = (ms: number): string => new Date(ms).toISOString();
const records = [
  makeRecord({ name: 'api', createdAt: 1_000, updatedAt: 9_000, labels: { team: 'a', tier: 'x' }, cpu: 2 }),
  makeRecord({ name: 'Apple', createdAt: 3_000, labels: { team: 'a' }, state: 'stopped', memoryGiB: 4 }),
  makeRecord({ name: 'web', createdAt: 2_000, labels: { team: 'b' }, public: true, destroyAt: 7_000 }),
];
const names = (query: ListSandboxes) => listRecords(records, query).items.map(({ name }) => name);

describe('listRecords', () => {
  it('answers the newest first', () => {
    expect(names({})).toEqual(['Apple', 'web', 'api']);
  });

  const filtered: readonly (readonly [ListSandboxes, readonly string[]])[] = [
    [{ name: 'ap', sort: 'name', order: 'asc' }, ['Apple', 'api']],
    [{ states: ['stopped'] }, ['Apple']],
    [{ states: [] }, ['Apple', 'web', 'api']],
    [{ labels: { team: 'a', tier: 'x' } }, ['api']],
    [{ id: records[2]?.id.slice(0, 8) ?? '' }, ['web']],
    [{ snapshots: ['default', 'other'] }, ['Apple', 'web', 'api']],
    [{ snapshots: ['other'] }, []],
    [{ regions: ['local'] }, ['Apple', 'web', 'api']],
    [{ regions: ['us'] }, []],
    [{ sandboxClasses: ['linux-vm'] }, []],
    [{ minCpu: 1.5 }, ['api']],
    [{ maxCpu: 1 }, ['Apple', 'web']],
    [{ minMemoryGiB: 4, maxMemoryGiB: 4 }, ['Apple']],
    [{ minDiskGiB: 1 }, []],
    [{ isPublic: true }, ['web']],
    [{ isPublic: false }, ['Apple', 'api']],
    [{ isRecoverable: true }, []],
    [{ createdAtAfter: at(1_000), createdAtBefore: at(3_000) }, ['web']],
    [{ lastEventAfter: at(8_999) }, ['api']],
    [{ lastEventBefore: at(9_000) }, ['Apple', 'web']],
    [{ autoDestroyAtAfter: at(0) }, ['web']],
    [{ autoDestroyAtBefore: at(7_000) }, []],
    [{ isPublic: true, maxCpu: 1, states: ['started'] }, ['web']],
  ];
  it.each(filtered)('filters by %j', (query, expected) => {
    expect(names(query)).toEqual(expected);
  });

  it('hides sandboxes whose delete failed unless they are asked for', () => {
    const half = makeRecord({ state: 'error', desiredState: 'destroyed' });
    const errored = makeRecord({ state: 'error' });
    expect(listRecords([half, errored], {}).items.map(({ id }) => id)).toEqual([errored.id]);
    expect(listRecords([half, errored], { includeErroredDeleted: true }).total).toBe(2);
  });

  it.each(sortKeys)('sorts by %s both ways', (sort) => {
    const down = listRecords(records, { sort, order: 'desc' }).items.map(({ id }) => id);
    expect(listRecords(records, { sort, order: 'asc' }).items.map(({ id }) => id)).toEqual(down.toReversed());
  });

  it('pages without a gap or an overlap, also among equal keys, by page and by cursor', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom(...sortKeys),
        fc.constantFrom('asc' as const, 'desc' as const),
        (count, limit, sort, order) => {
          const some = Array.from({ length: count }, (_, index) =>
            makeRecord({ createdAt: 5, updatedAt: index % 3 }),
          );
          const { total, totalPages, items } = listRecords(some, { limit: 200, sort, order });
          const whole = items.map(({ id }) => id);
          expect(total).toBe(count);
          expect(new Set(whole).size).toBe(count);
          expect(totalPages).toBe(count === 0 ? 0 : 1);
          const byPage: string[] = [];
          const byCursor: string[] = [];
          for (let page = 1; page <= Math.ceil(count / limit); page += 1)
            byPage.push(...listRecords(some, { limit, sort, order, page }).items.map(({ id }) => id));
          let cursor: string | null = null;
          do {
            const query: ListSandboxes =
              cursor === null ? { limit, sort, order } : { limit, sort, order, cursor };
            const answer = listRecords(some, query);
            byCursor.push(...answer.items.map(({ id }) => id));
            cursor = answer.nextCursor;
          } while (cursor !== null);
          expect(byPage).toEqual(whole);
          expect(byCursor).toEqual(whole);
        },
      ),
    );
  });

  it('goes on after its place when the sandbox of the cursor is gone', () => {
    const first = listRecords(records, { limit: 1 });
    const rest = listRecords(
      records.filter(({ name }) => name !== 'Apple'),
      { limit: 5, cursor: first.nextCursor ?? '' },
    );
    expect(rest.items.map(({ name }) => name)).toEqual(['web', 'api']);
    expect(rest).toMatchObject({ page: null, nextCursor: null });
  });

  it('refuses cursors that it did not make for this order, whatever they hold', () => {
    const { nextCursor } = listRecords(records, { limit: 1, sort: 'name', order: 'asc' });
    const cursor = nextCursor ?? '';
    const refused = {
      code: 'invalid_argument',
      message: expect.stringContaining('Invalid cursor provided: '),
    };
    const attempt = (query: ListSandboxes) => () => listRecords(records, query);
    expect(attempt({ cursor, sort: 'name', order: 'asc' })).not.toThrow();
    expect(attempt({ cursor, sort: 'name' })).toThrow(expect.objectContaining(refused));
    expect(attempt({ cursor, sort: 'id', order: 'asc' })).toThrow(expect.objectContaining(refused));
    expect(attempt({ cursor, page: 2, sort: 'name', order: 'asc' })).toThrow('not both');
    expect(attempt({ cursor: 'zzz' })).toThrow('Invalid cursor provided: zzz');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ minLength: 1 }),
          fc.json().map((text) => Buffer.from(text).toString('base64url')),
        ),
        (bad) => {
          expect(attempt({ cursor: bad })).toThrow(expect.objectContaining(refused));
        },
      ),
    );
  });
});

/** Where a list goes on: the sort value and id of the last sandbox shown, bound to the order that it was shown in. */
import { z } from 'zod';
import { type ListSandboxes, SortKey } from '../../../schemas/list-sandboxes.ts';
import { ThawError } from '../../errors.ts';

export type SortValue = string | number;

export interface Position {
  readonly value: SortValue;
  readonly id: string;
}

const Cursor = z.tuple([
  SortKey,
  z.enum(['asc', 'desc']),
  z.union([z.string().max(512), z.number()]),
  z.string().max(64),
]);

type Order = Required<Pick<ListSandboxes, 'sort' | 'order'>>;

export const encodeCursor = ({ sort, order }: Order, { value, id }: Position): string =>
  Buffer.from(JSON.stringify([sort, order, value, id])).toString('base64url');

/** Nothing of a cursor is trusted. Throws `invalid_argument` for one that Thaw did not make for this order. */
export function decodeCursor(cursor: string, { sort, order }: Order): Position {
  const refuse = (next: string): never => {
    throw new ThawError('invalid_argument', `Invalid cursor provided: ${cursor.slice(0, 64)}`, { next });
  };
  const parsed = Cursor.safeParse(parse(cursor));
  if (!parsed.success) return refuse('Pass nextCursor of the page before as it is, or leave cursor out.');
  const [itsSort, itsOrder, value, id] = parsed.data;
  if (itsSort !== sort || itsOrder !== order) {
    return refuse(`It belongs to sort "${itsSort}" and order "${itsOrder}": keep both, or leave cursor out.`);
  }
  return { value, id };
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}

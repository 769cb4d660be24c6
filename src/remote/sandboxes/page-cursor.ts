/** Cursors of our own, for servers that number their pages. Pure. */
import type { ListSandboxes } from '../../../schemas/list-sandboxes.ts';
import { ThawError } from '../../errors.ts';

const OWN = /^page:([1-9]\d{0,6})$/;

export const pageCursor = (page: number): string => `page:${page}`;

export const isPageCursor = (cursor: string | undefined): boolean => cursor !== undefined && OWN.test(cursor);

/** The page that a query asks for by number or by a cursor of ours. Throws `invalid_argument` for another cursor. */
export function pageOf({ page, cursor }: Pick<ListSandboxes, 'page' | 'cursor'>): number {
  if (cursor === undefined) return page ?? 1;
  const own = OWN.exec(cursor)?.[1];
  if (own !== undefined) return Number(own);
  throw new ThawError('invalid_argument', 'cursor: is not one that this server gave.', {
    next: 'Use nextCursor of the page before, with the same sort and order.',
  });
}

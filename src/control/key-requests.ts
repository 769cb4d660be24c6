/** What `thaw key` asks the owner and what it answers. */
import { z } from 'zod';
import { ThawError } from '../errors.ts';
import { type KeyBook, KeyRequest } from '../keys/key-book.ts';
import { CreatedKey, ShownKey } from '../keys/key-record.ts';

export const KeyCall = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('create'), key: KeyRequest }),
  z.strictObject({ action: z.literal('list') }),
  z.strictObject({ action: z.literal('revoke'), name: z.string() }),
]);
export type KeyCall = z.infer<typeof KeyCall>;

export const KeyAnswer = z.object({
  /** Of `create`: with the key itself, which nobody can show again. */
  created: CreatedKey.optional(),
  /** Of `list`. */
  keys: z.array(ShownKey).optional(),
  /** Of `revoke`. */
  revoked: z.string().optional(),
});
export type KeyAnswer = z.infer<typeof KeyAnswer>;

/** Does what is asked with a key book, in the owner or without one. Throws ThawError. */
export function answerKeyCall(call: KeyCall, book: KeyBook): KeyAnswer {
  if (call.action === 'create') return { created: book.create(call.key) };
  if (call.action === 'list') return { keys: book.list() };
  if (!book.revoke(call.name)) {
    throw new ThawError('invalid_argument', `There is no API key "${call.name}".`, {
      next: '`thaw key list` shows the keys that exist.',
    });
  }
  return { revoked: call.name };
}

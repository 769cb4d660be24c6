/**
 * Which of the two protocol eras a message belongs to. Since 2026-07-28 every request carries its revision in `_meta`;
 * before, the first request of a connection settled it.
 */

export const PROTOCOL_VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';

const field = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;

/** Whether the message says for itself which revision it is of. */
export const claimsRevision = (message: unknown): boolean =>
  field(field(field(message, 'params'), '_meta'), PROTOCOL_VERSION_KEY) !== undefined;

/** A revision of the stateless era, as the header of an HTTP request names it. */
export const isModernRevision = (revision: string | undefined): boolean =>
  revision !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(revision) && revision >= '2026-01-01';

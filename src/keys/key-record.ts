/** What is kept of an API key: everything but the key. */
import { z } from 'zod';
import { type Identity, makeIdentity, permissions } from './permissions.ts';

export const KeyRecord = z.object({
  name: z.string(),
  /** SHA-256 of the key, hexadecimal. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** The end of the key, by which its owner tells it from others. */
  ending: z.string().max(4),
  permissions: z.array(z.enum(permissions)),
  userId: z.string(),
  /** Name of the tenant; null for the owner's own organization. */
  organization: z.string().nullable(),
  organizationId: z.string().nullable(),
  createdAtMs: z.number(),
  expiresAtMs: z.number().nullable(),
  lastUsedAtMs: z.number().nullable(),
});
export type KeyRecord = z.infer<typeof KeyRecord>;

/** A key without its hash, as lists show it. Times are those of the API. */
export const ShownKey = z.object({
  name: z.string(),
  /** Masked: `dtn_****ret`. */
  value: z.string(),
  permissions: z.array(z.enum(permissions)),
  userId: z.string(),
  organization: z.string().nullable(),
  organizationId: z.string().nullable(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  lastUsedAt: z.string().nullable(),
});
export type ShownKey = z.infer<typeof ShownKey>;

/** Its `value` is the key itself, which nobody can show again. */
export const CreatedKey = ShownKey;
export type CreatedKey = z.infer<typeof CreatedKey>;

const time = (ms: number): string => new Date(ms).toISOString();

export function showKey(record: KeyRecord): ShownKey {
  const { name, ending, userId, organization, organizationId } = record;
  return {
    name,
    value: `dtn_****${ending}`,
    permissions: [...record.permissions],
    userId,
    organization,
    organizationId,
    createdAt: time(record.createdAtMs),
    expiresAt: record.expiresAtMs === null ? null : time(record.expiresAtMs),
    lastUsedAt: record.lastUsedAtMs === null ? null : time(record.lastUsedAtMs),
  };
}

export const identify = ({ name, userId, organizationId, permissions: granted }: KeyRecord): Identity =>
  makeIdentity({ keyName: name, userId, organizationId, permissions: new Set<string>(granted) });

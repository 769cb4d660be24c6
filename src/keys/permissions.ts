/** What an API key may do, in the words of the Daytona API. */

export const permissions = [
  'write:registries',
  'delete:registries',
  'write:snapshots',
  'delete:snapshots',
  'write:sandboxes',
  'delete:sandboxes',
  'read:volumes',
  'write:volumes',
  'delete:volumes',
  'write:regions',
  'delete:regions',
  'read:runners',
  'write:runners',
  'delete:runners',
  'read:audit_logs',
] as const;

export type Permission = (typeof permissions)[number];

export const isPermission = (word: string): word is Permission =>
  permissions.some((permission) => permission === word);

/** What whoever holds the key may do. Reading sandboxes needs a valid key only. */
export interface Identity {
  readonly keyName: string;
  readonly userId: string;
  /** Null: the owner's own organization, whose sandboxes the clients on its socket see too. */
  readonly organizationId: string | null;
  readonly permissions: ReadonlySet<string>;
  can(permission: string): boolean;
}

export function makeIdentity(facts: Omit<Identity, 'can'>): Identity {
  return Object.freeze({ ...facts, can: (permission: string) => facts.permissions.has(permission) });
}

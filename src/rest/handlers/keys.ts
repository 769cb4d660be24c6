/** API keys of the caller's organization. A key makes no key that may do more than it may itself. */
import { isThawError } from '../../errors.ts';
import type { KeyBook } from '../../keys/key-book.ts';
import type { ShownKey } from '../../keys/key-record.ts';
import type { Identity } from '../../keys/permissions.ts';
import { ApiFailure } from '../failure.ts';
import type { Handlers, RequestFacts } from '../handler.ts';

type Ids = 'listApiKeys' | 'createApiKey' | 'getCurrentApiKey' | 'getApiKey' | 'deleteApiKey';

function requireIdentity({ identity }: RequestFacts): Identity {
  if (identity === null) throw new ApiFailure(401, 'Invalid credentials');
  return identity;
}

const notFound = (): ApiFailure => new ApiFailure(404, 'API key not found');

const toAnswer = ({ name, value, createdAt, permissions, expiresAt, lastUsedAt, userId }: ShownKey) => ({
  name,
  value,
  createdAt,
  permissions: [...permissions],
  expiresAt,
  lastUsedAt,
  userId,
});

export function keyHandlers(keys: KeyBook): Handlers<Ids> {
  const visible = (input: RequestFacts): ShownKey[] => {
    const { organizationId } = requireIdentity(input);
    return keys.list().filter((key) => key.organizationId === organizationId);
  };
  const find = (input: RequestFacts, name: string): ShownKey => {
    const found = visible(input).find((key) => key.name === name);
    if (found === undefined) throw notFound();
    return found;
  };
  return {
    listApiKeys: async (input) => visible(input).map(toAnswer),
    async createApiKey(input) {
      const identity = requireIdentity(input);
      const { name, permissions, expiresAt } = input.body;
      if (!permissions.every((permission) => identity.can(permission)))
        throw new ApiFailure(403, 'Access denied', { next: 'Ask for no more than this key may do itself.' });
      const organization = keys.describe(identity.keyName)?.organization ?? null;
      if (organization === null && identity.organizationId !== null)
        throw new ApiFailure(403, 'Access denied');
      try {
        const { value, createdAt, ...made } = keys.create({
          name,
          permissions: [...permissions],
          organization,
          ...(expiresAt === undefined ? {} : { expiresAt }),
        });
        return { name, value, createdAt, permissions: [...made.permissions], expiresAt: made.expiresAt };
      } catch (error) {
        if (!isThawError(error, 'name_conflict')) throw error;
        throw new ApiFailure(409, 'API key with this name already exists', {
          code: error.code,
          cause: error,
        });
      }
    },
    getCurrentApiKey: async (input) => toAnswer(find(input, requireIdentity(input).keyName)),
    getApiKey: async (input) => toAnswer(find(input, input.params['name'] ?? '')),
    async deleteApiKey(input) {
      const { name, permissions } = find(input, input.params['name'] ?? '');
      const identity = requireIdentity(input);
      if (!permissions.every((permission) => identity.can(permission)))
        throw new ApiFailure(403, 'Access denied');
      if (!keys.revoke(name)) throw notFound();
      return null;
    },
  };
}

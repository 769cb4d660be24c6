/** Who calls over HTTP, and what servers are told about that. */
import type { FileLinks } from '../../../tools/file-links.ts';
import type { Identity } from '../../keys/permissions.ts';
import type { Catalogue } from '../catalogue.ts';
import type { McpServerDependencies } from '../tool-request.ts';

/** Keys and tokens are told apart by all that they are. */
export const principalOf = ({ keyName, userId, organizationId }: Identity): string =>
  JSON.stringify([keyName, userId, organizationId]);

export interface Caller {
  readonly identity: Identity;
  readonly catalogue: Catalogue;
  readonly links?: FileLinks;
}

/** What is the caller's own of a server's parts. */
export const dependenciesOf = ({ identity, ...own }: Caller) =>
  ({
    ...own,
    organizationId: identity.organizationId,
    principal: principalOf(identity),
    can: (permission: string) => identity.can(permission),
  }) satisfies Partial<McpServerDependencies>;

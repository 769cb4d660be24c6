/** Who calls over HTTP, and what servers are told about that. */
import type { FileLinks } from '../../../tools/file-links.ts';
import type { Identity } from '../../keys/permissions.ts';
import type { Catalogue } from '../catalogue.ts';
import type { McpServerDependencies } from '../tool-request.ts';

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
    can: (permission: string) => identity.can(permission),
  }) satisfies Partial<McpServerDependencies>;

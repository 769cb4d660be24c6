/** The labels and names that tell Thaw's Docker objects from others', and one owner's from another's. */
import type { SandboxId } from '../ids.ts';
import type { LabelFilter } from './docker/port.ts';

export const OWNER_LABEL = 'thaw.owner';
export const ROLE_LABEL = 'thaw.role';
export const SANDBOX_LABEL = 'thaw.sandbox';
export const GENERATION_LABEL = 'thaw.generation';

export type Role = 'sandbox' | 'helper' | 'setup' | 'agent' | 'network' | 'snapshot' | 'volume';

/** `owner` is the id that the store made at its first start. */
export const ownerLabel = (owner: string): Record<string, string> => ({ [OWNER_LABEL]: owner });
export const ownerFilter = (owner: string): LabelFilter => ({ [OWNER_LABEL]: owner });

export function labelsFor(owner: string, role: Role, sandboxId?: SandboxId): Record<string, string> {
  return {
    [OWNER_LABEL]: owner,
    [ROLE_LABEL]: role,
    ...(sandboxId === undefined ? {} : { [SANDBOX_LABEL]: sandboxId, [GENERATION_LABEL]: '1' }),
  };
}

export const containerName = (id: SandboxId): string => `thaw-${id}`;
export const helperName = (owner: string): string => `thaw-${owner}-helper`;
export const volumeName = (owner: string, id: string): string => `thaw-${owner}-volume-${id}`;
/** The unique local IPv6 network of an owner's sandboxes (RFC 4193): its 40 random bits are those of the owner's id. */
export function networkSubnet6(owner: string): { readonly subnet: string; readonly gateway: string } {
  const prefix = `fd${owner.slice(0, 2)}:${owner.slice(2, 6)}:${owner.slice(6, 10)}`;
  return { subnet: `${prefix}::/64`, gateway: `${prefix}::1` };
}
/** Interfaces have names of at most 15 characters: the bridge, and what those of its ports begin with. */
export const bridgeName = (owner: string): string => `thaw-${owner.slice(0, 8)}`;
export const portPrefix = (owner: string): string => `th${owner.slice(0, 8)}`;
export const networkName = (owner: string): string => `thaw-${owner}`;

/** What the preview proxy needs of an engine: who may reach which port of which sandbox, and a connection to it. */
import type { Duplex } from 'node:stream';
import type { SandboxState } from '../../schemas/state.ts';
import type { PreviewAddress } from './preview-address.ts';

/** What a request showed, in the order in which it counts; null or empty for what it did not. */
export interface PreviewCredentials {
  readonly bearer: string | null;
  readonly header: string | null;
  readonly query: string | null;
  readonly cookies: readonly string[];
}

export type PreviewProof = 'bearer' | 'header' | 'query' | 'cookie' | 'signed' | 'public';

/** The right to reach one port of one sandbox for now. */
export interface PreviewGrant {
  readonly sandboxId: string;
  /** Whose it is; absent for the owner's own organization. */
  readonly organizationId?: string;
  readonly port: number;
  /** Counts the starts of the sandbox: a connection belongs to one of them. */
  readonly generation: number;
  readonly state: SandboxState;
  /** Whether a request starts it when it does not run. */
  readonly wakes: boolean;
  readonly proof: PreviewProof;
}

export type PreviewAdmission =
  | { readonly kind: 'granted'; readonly grant: PreviewGrant }
  | { readonly kind: 'denied' }
  /** There is no such sandbox or signed token. */
  | { readonly kind: 'unknown' };

/** All of it throws ThawError only. */
export interface PreviewTarget {
  admit(address: PreviewAddress, credentials: PreviewCredentials): PreviewAdmission;
  /** Throws `port_closed` when nothing listens there. */
  dial(grant: PreviewGrant): Promise<Duplex>;
  /** The ports on which something listens, in ascending order. */
  ports(sandboxId: string): Promise<readonly number[]>;
  /** Starts or resumes a sandbox that does not run; answers the grant for what runs then. */
  wake(grant: PreviewGrant): Promise<PreviewGrant>;
  /** Notes that somebody uses the sandbox. */
  touch(sandboxId: string): void;
  /** The token that opens the sandbox's previews until it is restarted. */
  token(sandboxId: string): string;
}

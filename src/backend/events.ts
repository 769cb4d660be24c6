/** What changes in a backend, told as it happens, for servers whose clients wait for it. */
import type { Snapshot } from '../../schemas/copies.ts';
import type { Sandbox } from '../../schemas/sandbox.ts';
import type { SandboxDesiredState, SandboxState } from '../../schemas/state.ts';
import type { Volume } from '../../schemas/volumes.ts';

/** In the words of the API's own events. */
export type BackendEvent = {
  /** Whose it is; null for the owner's own organization. */
  readonly organizationId: string | null;
} & (
  | { readonly kind: 'sandbox.created'; readonly sandbox: Sandbox }
  | {
      readonly kind: 'sandbox.state.updated';
      readonly sandbox: Sandbox;
      readonly oldState: SandboxState;
      readonly newState: SandboxState;
    }
  | {
      readonly kind: 'sandbox.desired-state.updated';
      readonly sandbox: Sandbox;
      readonly oldDesiredState: SandboxDesiredState;
      readonly newDesiredState: SandboxDesiredState;
    }
  | { readonly kind: 'snapshot.created' | 'snapshot.removed'; readonly snapshot: Snapshot }
  | {
      readonly kind: 'snapshot.state.updated';
      readonly snapshot: Snapshot;
      readonly oldState: Snapshot['state'];
      readonly newState: Snapshot['state'];
    }
  | { readonly kind: 'volume.created' | 'volume.lastUsedAt.updated'; readonly volume: Volume }
  | {
      readonly kind: 'volume.state.updated';
      readonly volume: Volume;
      readonly oldState: Volume['state'];
      readonly newState: Volume['state'];
    }
);

export type BackendListener = (event: BackendEvent) => void;

export interface EventFeed {
  /**
   * Calls `listener` right after each change, in order, until what this answers is called. Nothing is kept for later:
   * a listener that cannot follow has to drop. Throws `capacity` when there are too many listeners.
   */
  subscribe(listener: BackendListener): () => void;
}

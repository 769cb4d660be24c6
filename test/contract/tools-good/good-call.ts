/** One good call of a tool: what is asked, what the backend then gets, and what the client gets. */
import type { Plan } from '../../support/fake-backend.ts';

export interface GoodCall {
  readonly tool: string;
  readonly given: Readonly<Record<string, unknown>>;
  /** What the fake backend answers. */
  readonly plan: Plan;
  /** The one operation of the backend that the call comes to, as `group.operation`. */
  readonly operation: string;
  /** Its arguments but the context. */
  readonly passed: readonly unknown[];
  /** Operations that come before it, in order. */
  readonly first?: readonly { readonly operation: string; readonly arguments: readonly unknown[] }[];
  /** Facts that must be in the answer. */
  readonly answered: Readonly<Record<string, unknown>>;
}

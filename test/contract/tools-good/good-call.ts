/** One good call of a tool: what is asked, what the backend then gets, and what the client gets. */
import type { HostAccess } from '../../../tools/host-access.ts';
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
  /** Files of the client's machine, for the tools that use them. */
  readonly host?: HostAccess;
  /** Operations that come before it, in order. */
  readonly first?: readonly { readonly operation: string; readonly arguments: readonly unknown[] }[];
  /** Facts that must be in the answer. */
  readonly answered: Readonly<Record<string, unknown>>;
}

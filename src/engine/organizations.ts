/** Whose a record is. Names are unique within an organization, and a caller finds only what belongs to its own. */
import type { CallContext } from '../backend/port.ts';

/** Who calls, as far as it decides what is found. */
export type Caller = Pick<CallContext, 'organizationId'>;

/** Null for the owner's own organization, which local callers belong to. */
export type Organization = string | null;

/** `own` is the id of the owner's own organization. */
export const organizationOf = (own: string, { organizationId }: Caller): Organization =>
  organizationId === undefined || organizationId === own ? null : organizationId;

/** Wrong arguments for the tools for templates. */
import type { BadCall } from './bad-call.ts';

export const templateBadCalls: readonly BadCall[] = [
  ['snapshot_list', { limit: 0 }, '"limit": '],
  ['snapshot_get', {}, '"snapshot" is required'],
  ['snapshot_delete', { snapshot: 5 }, '"snapshot": '],
];

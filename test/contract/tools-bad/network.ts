/** Wrong arguments for the tools for a sandbox's network. */
import type { BadCall } from './bad-call.ts';

export const networkBadCalls: readonly BadCall[] = [
  ['sandbox_set_network', { sandbox: 'box', networkBlockAll: 'yes' }, '"networkBlockAll": '],
  ['sandbox_set_network', { sandbox: 'box', allowList: '1.2.3.0/24' }, '"allowList"'],
  ['sandbox_network_log', { sandbox: 'box', limit: 0 }, '"limit": '],
];

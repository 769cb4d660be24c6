/** Wrong arguments for the tools for a sandbox's settings. */
import type { BadCall } from './bad-call.ts';

export const settingsBadCalls: readonly BadCall[] = [
  ['sandbox_set_labels', { sandbox: 'box', labels: { a: 1 } }, '"labels.a": '],
  ['sandbox_set_labels', { sandbox: 'box' }, '"labels" is required'],
  ['sandbox_set_public', { sandbox: 'box', isPublic: 'banana' }, '"isPublic": '],
  ['sandbox_touch', { sandbox: 7 }, '"sandbox": '],
  ['sandbox_set_autostop', { sandbox: 'box', interval: -1 }, '"interval": '],
  ['sandbox_set_autoarchive', { sandbox: 'box', interval: 1.5 }, '"interval": '],
  ['sandbox_set_autodelete', { sandbox: 'box', interval: 'never' }, '"interval": '],
  [
    'sandbox_set_ttl',
    { sandbox: 'box', ttl: 5 },
    '"ttl" is not an argument of sandbox_set_ttl: use "ttlMinutes"',
  ],
];

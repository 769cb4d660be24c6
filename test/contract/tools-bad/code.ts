/** Wrong arguments for the tool that runs code. */
import type { BadCall } from './bad-call.ts';

export const codeBadCalls: readonly BadCall[] = [
  ['sandbox_run_code', { sandbox: 'box', language: 'python' }, '"code" is required'],
  ['sandbox_run_code', { sandbox: 'box', language: 'ruby', code: '1' }, '"language": '],
  ['sandbox_run_code', { sandbox: 'box', language: 'python', code: ' ' }, '"code": '],
  [
    'sandbox_run_code',
    { sandbox: 'box', language: 'python', code: '1', timeoutSeconds: 46 },
    '"timeoutSeconds": ',
  ],
];

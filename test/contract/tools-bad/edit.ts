/** Wrong arguments for the tools that find and edit. */
import type { BadCall } from './bad-call.ts';

export const editBadCalls: readonly BadCall[] = [
  ['sandbox_edit_file', { sandbox: 'box', path: 'a', newText: '' }, '"oldText" is required'],
  ['sandbox_edit_file', { sandbox: 'box', path: 'a', oldText: '', newText: 'x' }, '"oldText": '],
  ['sandbox_edit_file', { sandbox: 'box', path: 'a', old_text: 'x', newText: 'y' }, 'use "oldText"'],
  ['sandbox_find', { sandbox: 'box', name: '*', maxResults: 501 }, '"maxResults": '],
  ['sandbox_find', { sandbox: 'box', content: 'a\nb' }, '"content": '],
  ['sandbox_diff', { sandbox: 'box', path: 'relative' }, '"path": must be absolute'],
  ['sandbox_diff', { sandbox: 'box', since: 'parent' }, '"since": '],
  ['sandbox_diff', { sandbox: 'box', maxFiles: 0 }, '"maxFiles": '],
  ['sandbox_diff', { sandbox: 'box', context: 3 }, 'use "contextLines"'],
  ['sandbox_find', { sandbox: 'box', pattern: 'a' }, '"pattern" is not an argument of sandbox_find'],
];

/** Wrong arguments for the tools for commands and files. */
import type { BadCall } from './bad-call.ts';

const execId = 'exec-1-0123456789abcdef';

export const execFileBadCalls: readonly BadCall[] = [
  ['sandbox_exec', { sandbox: 'box' }, '"command" is required'],
  ['sandbox_exec', { sandbox: 'box', command: '  ' }, '"command": '],
  ['sandbox_exec', { sandbox: 'box', command: 'ls', waitSeconds: 46 }, '"waitSeconds": '],
  ['sandbox_exec', { sandbox: 'box', command: 'ls', timeoutSeconds: 0 }, '"timeoutSeconds": '],
  ['sandbox_exec_output', { sandbox: 'box', execId: '../x' }, '"execId": '],
  ['sandbox_exec_output', { sandbox: 'box', execId, cursor: -1 }, '"cursor": '],
  ['sandbox_exec_input', { sandbox: 'box', data: 'x' }, '"execId" is required'],
  ['sandbox_exec_stop', { sandbox: 'box', execId, signal: 'STOP' }, '"signal": '],
  ['sandbox_exec_list', {}, '"sandbox" is required'],
  [
    'sandbox_exec',
    { sandbox: 'box', command: 'ls', timeout: 5 },
    '"timeout" is not an argument of sandbox_exec: use "timeoutSeconds"',
  ],
  ['sandbox_read_file', { sandbox: 'box', path: '/a', offset: 0 }, '"offset": '],
  ['sandbox_read_file', { sandbox: 'box', path: 'a\0b' }, '"path": '],
  ['sandbox_write_file', { sandbox: 'box', path: '/a' }, '"content" is required'],
  ['sandbox_write_file', { sandbox: 'box', path: '/a', content: '', mode: '9' }, '"mode": '],
  ['sandbox_list_files', { sandbox: 'box', depth: 17 }, '"depth": '],
];

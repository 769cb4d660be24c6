/** Commands and files. */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Answers, Step } from './step.ts';

/** The directory that the client allows, and a file in it. */
export const HOST_DIRECTORY = join(tmpdir(), `thaw-every-tool-${process.pid}`);
const HOST_FILE = join(HOST_DIRECTORY, 'file');

const sandbox = 'working';

/** Of a start that is far away. */
const unknownId = 'exec-4000-0123456789abcdef';

const execIdOf = (answers: Answers): unknown => answers.get('sandbox_exec')?.['execId'];

export const execFileSteps: readonly Step[] = [
  { tool: 'sandbox_create', given: { name: sandbox }, answered: { name: sandbox } },
  {
    tool: 'sandbox_write_file',
    given: { sandbox, path: 'dir/a', content: 'one\ntwo\n' },
    answered: { sizeBytes: 8, created: true },
  },
  { tool: 'sandbox_write_file', given: { sandbox, path: '/proc/x', content: '' }, refused: 'file_not_found' },
  {
    tool: 'sandbox_read_file',
    given: { sandbox, path: 'dir/a', offset: 2 },
    answered: { content: 'two\n', totalLines: 2 },
  },
  { tool: 'sandbox_read_file', given: { sandbox, path: 'dir' }, refused: 'is_a_directory' },
  { tool: 'sandbox_list_files', given: { sandbox, path: 'dir' }, answered: { entries: [{ path: 'a' }] } },
  { tool: 'sandbox_list_files', given: { sandbox, path: 'dir/a' }, refused: 'not_a_directory' },
  {
    tool: 'sandbox_edit_file',
    given: { sandbox, path: 'dir/b', oldText: 'three', newText: '3' },
    refused: 'file_not_found',
  },
  {
    tool: 'sandbox_edit_file',
    given: { sandbox, path: 'dir/a', oldText: 'two\n', newText: 'deux\n' },
    answered: { replaced: 1, lines: [2], sizeBytes: 9 },
  },
  {
    tool: 'sandbox_edit_file',
    given: { sandbox, path: 'dir/a', oldText: 'deuxx', newText: '' },
    refused: 'edit_mismatch',
  },
  {
    tool: 'sandbox_find',
    given: { sandbox, path: '.', name: '*/a', content: 'd\\w+x', contextLines: 1 },
    answered: { files: [{ path: 'dir/a', lines: ['1- one', '2: deux'] }], matches: 1, truncated: false },
  },
  {
    tool: 'sandbox_find',
    given: { sandbox, name: 'a' },
    answered: { files: [{ path: 'dir/a', sizeBytes: 9 }], matches: 1 },
  },
  { tool: 'sandbox_find', given: { sandbox, content: '(' }, refused: 'invalid_argument' },
  { tool: 'sandbox_find', given: { sandbox, path: 'none', name: '*' }, refused: 'file_not_found' },
  {
    tool: 'sandbox_diff',
    given: { sandbox, path: '/home/daytona/dir' },
    answered: {
      changes: [
        { path: '/home/daytona/dir', change: 'added', kind: 'directory' },
        { path: '/home/daytona/dir/a', change: 'added', kind: 'file', sizeBytes: 9 },
      ],
      total: { added: 2 },
      unifiedDiff: expect.stringContaining('\n@@ -0,0 +1,2 @@\n+one\n+deux\n'),
      truncated: false,
    },
  },
  { tool: 'sandbox_diff', given: { sandbox, since: 'fork' }, refused: 'state_conflict' },
  {
    tool: 'sandbox_exec',
    given: { sandbox, command: 'wc -l < dir/a; echo no >&2; exit 4' },
    answered: { status: 'exited', exitCode: 4, stdout: '2\n', stderr: 'no\n' },
  },
  {
    tool: 'sandbox_exec',
    given: { sandbox, command: 'ls', user: 'nobody-here' },
    refused: 'command_not_started',
  },
  {
    tool: 'sandbox_exec',
    given: { sandbox, command: 'printf "a\\033[1mb"; read x; echo "$x"; sleep 600', background: true },
    answered: { status: 'running', exitCode: null },
  },
  {
    tool: 'sandbox_exec_input',
    given: (answers) => ({ sandbox, execId: execIdOf(answers), data: 'typed\n' }),
    answered: { status: 'running' },
  },
  { tool: 'sandbox_exec_input', given: { sandbox, execId: unknownId, data: 'x' }, refused: 'stale_handle' },
  {
    tool: 'sandbox_exec_output',
    given: (answers) => ({ sandbox, execId: execIdOf(answers), cursor: 6, waitSeconds: 20 }),
    answered: { status: 'running', output: 'typed\n', cursor: 6, nextCursor: 12, droppedBytes: 0 },
  },
  { tool: 'sandbox_exec_output', given: { sandbox, execId: unknownId }, refused: 'job_not_found' },
  {
    tool: 'sandbox_exec_stop',
    given: (answers) => ({ sandbox, execId: execIdOf(answers) }),
    answered: { status: 'killed', signal: 'SIGTERM' },
  },
  { tool: 'sandbox_exec_stop', given: { sandbox, execId: unknownId }, refused: 'stale_handle' },
  { tool: 'sandbox_exec_list', given: { sandbox }, answered: { items: [{ status: 'killed' }] } },
  { tool: 'sandbox_exec_list', given: { sandbox: 'nobody' }, refused: 'sandbox_not_found' },
  {
    tool: 'sandbox_upload',
    given: { sandbox, hostPath: HOST_FILE, path: 'up' },
    before: () => writeFileSync(HOST_FILE, 'from here\n'),
    answered: { files: 1, sizeBytes: 10 },
  },
  {
    tool: 'sandbox_upload',
    given: { sandbox, hostPath: '/etc/hostname', path: 'up' },
    refused: 'permission_denied',
  },
  {
    tool: 'sandbox_download',
    given: { sandbox, path: 'dir', hostPath: `${HOST_FILE}-back` },
    answered: { files: 1, sizeBytes: 9 },
  },
  {
    tool: 'sandbox_download',
    given: { sandbox, path: 'up', hostPath: HOST_FILE },
    refused: 'file_exists',
  },
  {
    tool: 'sandbox_download',
    given: { sandbox, path: 'up' },
    answered: { uri: 'sandbox://working/home/daytona/up', sizeBytes: 10, hostPath: null },
  },
  {
    tool: 'sandbox_exec',
    given: {
      sandbox,
      command:
        'git init -q origin && cd origin && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m first',
    },
    answered: { exitCode: 0 },
  },
  {
    tool: 'sandbox_git_clone',
    given: { sandbox, url: '/home/daytona/origin', path: 'copy' },
    answered: { path: 'copy', commit: expect.stringMatching(/^[0-9a-f]{40}$/) },
  },
  {
    tool: 'sandbox_git_clone',
    given: { sandbox, url: '/home/daytona/none', path: 'other' },
    refused: 'git_repository_not_found',
  },
  { tool: 'sandbox_delete', given: { sandbox }, answered: { state: 'destroyed' } },
];

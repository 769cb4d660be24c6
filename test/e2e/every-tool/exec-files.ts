/** Commands and files. */
import type { Step } from './step.ts';

const sandbox = 'working';

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
    tool: 'sandbox_exec',
    given: { sandbox, command: 'wc -l < dir/a; echo no >&2; exit 4' },
    answered: { status: 'exited', exitCode: 4, stdout: '2\n', stderr: 'no\n' },
  },
  {
    tool: 'sandbox_exec',
    given: { sandbox, command: 'ls', user: 'nobody-here' },
    refused: 'command_not_started',
  },
  { tool: 'sandbox_delete', given: { sandbox }, answered: { state: 'destroyed' } },
];

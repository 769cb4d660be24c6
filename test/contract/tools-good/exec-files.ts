/** Good calls of the tools for commands and files. */
import type { GoodCall } from './good-call.ts';

const execResult = {
  status: 'exited' as const,
  exitCode: 3,
  signal: null,
  stdout: 'out\n',
  stderr: 'err\n',
  stdoutBytes: 4,
  stderrBytes: 4,
  truncated: false,
  durationMs: 1.5,
};
const content = {
  path: '/a',
  content: 'x\n',
  encoding: 'utf8' as const,
  sizeBytes: 2,
  totalLines: 1,
  truncated: false,
};
const written = { path: '/a', sizeBytes: 2, created: true };
const listing = { path: '/', entries: [], truncated: false };

export const execFileCases: readonly GoodCall[] = [
  {
    tool: 'sandbox_exec',
    given: { sandbox: 'box', command: 'exit 3', cwd: '/tmp', user: 'root', stdin: 'hi', timeoutSeconds: 5 },
    plan: { exec: { exec: async () => execResult } },
    operation: 'exec.exec',
    passed: ['box', { command: 'exit 3', cwd: '/tmp', user: 'root', stdin: 'hi', timeoutSeconds: 5 }],
    answered: { ...execResult },
  },
  {
    tool: 'sandbox_read_file',
    given: { sandbox: 'box', path: '/a', offset: 1, limit: 5 },
    plan: { files: { read: async () => content } },
    operation: 'files.read',
    passed: ['box', { path: '/a', offset: 1, limit: 5 }],
    answered: content,
  },
  {
    tool: 'sandbox_write_file',
    given: { sandbox: 'box', path: '/a', content: 'x\n', mode: '0755', append: true },
    plan: { files: { write: async () => written } },
    operation: 'files.write',
    passed: ['box', { path: '/a', content: 'x\n', mode: '0755', append: true }],
    answered: written,
  },
  {
    tool: 'sandbox_list_files',
    given: { sandbox: 'box', path: '/', depth: 2 },
    plan: { files: { list: async () => listing } },
    operation: 'files.list',
    passed: ['box', { path: '/', depth: 2 }],
    answered: listing,
  },
];

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

const job = {
  execId: 'exec-1-0123456789abcdef',
  command: 'make',
  status: 'running' as const,
  exitCode: null,
  signal: null,
  startedAt: '2026-05-01T10:00:00.000Z',
  endedAt: null,
  stdoutBytes: 9,
  stderrBytes: 4,
};
const { execId } = job;
const output = {
  job,
  chunks: [
    { stream: 'stdout' as const, data: Buffer.from('\u001b[32mok\u001b[0m') },
    { stream: 'stderr' as const, data: Buffer.from('a\rb\n') },
  ],
  cursor: 0,
  nextCursor: 13,
  droppedBytes: 0,
};

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
    tool: 'sandbox_exec_output',
    given: { sandbox: 'box', execId, cursor: 0, maxBytes: 100, stream: 'both', waitSeconds: 1 },
    plan: { jobs: { read: async () => output } },
    operation: 'jobs.read',
    passed: ['box', execId, { cursor: 0, maxBytes: 100, stream: 'both', waitSeconds: 1 }],
    answered: { execId, output: 'oka\nb\n', nextCursor: 13, bytesLeft: 0, encoding: 'utf8', stdoutBytes: 9 },
  },
  {
    tool: 'sandbox_exec_input',
    given: { sandbox: 'box', execId, data: 'aGk=', encoding: 'base64', close: true },
    plan: { jobs: { write: async () => job } },
    operation: 'jobs.write',
    passed: ['box', execId, { data: Buffer.from('hi'), close: true }],
    answered: job,
  },
  {
    tool: 'sandbox_exec_stop',
    given: { sandbox: 'box', execId, signal: 'INT', graceSeconds: 1 },
    plan: { jobs: { stop: async () => job } },
    operation: 'jobs.stop',
    passed: ['box', execId, { signal: 'INT', graceSeconds: 1 }],
    answered: job,
  },
  {
    tool: 'sandbox_exec_list',
    given: { sandbox: 'box' },
    plan: { jobs: { list: async () => [job] } },
    operation: 'jobs.list',
    passed: ['box'],
    answered: { items: [job] },
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

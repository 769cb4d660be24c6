/** Good calls of the tools that find and edit. */
import type { GoodCall } from './good-call.ts';

const content = {
  path: '/a',
  content: 'x\ny\n',
  encoding: 'utf8' as const,
  sizeBytes: 4,
  totalLines: 2,
  truncated: false,
};
const found = {
  root: '/src',
  files: [
    {
      path: 'a.ts',
      type: 'file' as const,
      sizeBytes: 30,
      lines: [
        { line: 1, text: 'one', match: false, column: 0, cut: false },
        { line: 2, text: 'two', match: true, column: 1, cut: true },
      ],
    },
  ],
  matches: 1,
  truncated: false,
  why: null,
  skipped: { binary: 2, large: 0, unreadable: 0, excluded: 1 },
};

const changed = {
  path: '/srv',
  since: 'fork' as const,
  changes: [
    {
      path: '/srv/a',
      change: 'modified' as const,
      kind: 'file' as const,
      sizeBytes: 4,
      previousSizeBytes: 2,
      mode: '0644',
    },
  ],
  total: { added: 0, modified: 1, deleted: 0, type: 0, mode: 0 },
  unifiedDiff: 'diff --git a/srv/a b/srv/a\n',
  truncated: false,
  changesOmitted: 0,
  diffsOmitted: 0,
  pausedMs: 1.5,
};

export const editCases: readonly GoodCall[] = [
  {
    tool: 'sandbox_edit_file',
    given: { sandbox: 'box', path: 'a', oldText: 'y', newText: 'z' },
    plan: {
      files: {
        read: async () => content,
        write: async () => ({ path: '/a', sizeBytes: 4, created: false }),
      },
    },
    first: [{ operation: 'files.read', arguments: ['box', { path: 'a' }] }],
    operation: 'files.write',
    passed: ['box', { path: 'a', content: 'x\nz\n' }],
    answered: { path: '/a', replaced: 1, lines: [2], sizeBytes: 4 },
  },
  {
    tool: 'sandbox_find',
    given: { sandbox: 'box', path: '/src', name: '*.ts', content: 't.o', contextLines: 1, maxResults: 5 },
    plan: { search: { search: async () => found } },
    operation: 'search.search',
    passed: [
      'box',
      { path: '/src', name: '*.ts', content: 't.o', regex: true, contextLines: 1, maxResults: 5 },
    ],
    answered: {
      root: '/src',
      files: [{ path: 'a.ts', lines: ['1- one', '2: two …'] }],
      matches: 1,
      truncated: false,
      skipped: '2 binary, 1 hidden or excluded',
    },
  },
  {
    tool: 'sandbox_diff',
    given: { sandbox: 'box', path: '/srv', since: 'fork', contextLines: 0, maxFiles: 1, maxBytes: 1_000 },
    plan: { changes: { diff: async () => changed } },
    operation: 'changes.diff',
    passed: ['box', { path: '/srv', since: 'fork', contextLines: 0, maxFiles: 1, maxBytes: 1_000 }],
    answered: changed,
  },
];

/** Good calls of the tools that move files and repositories, without directories of this machine. */
import { expect } from 'vitest';
import type { GoodCall } from './good-call.ts';

const facts = {
  path: '/home/daytona/a b',
  name: 'a b',
  type: 'file' as const,
  sizeBytes: 4,
  mode: 0o644,
  uid: 1,
  gid: 1,
  modifiedMs: 0,
};
const status = {
  currentBranch: 'main',
  detached: false,
  upstream: '',
  branchPublished: true,
  ahead: 0,
  behind: 0,
  fileStatus: [],
};
const commit = { hash: 'abc', author: 'a', email: 'e', message: 'm', timestamp: 't' };

export const transferCases: readonly GoodCall[] = [
  {
    tool: 'sandbox_download',
    given: { sandbox: 'box', path: 'a b' },
    plan: { fileSystem: { info: async () => facts } },
    operation: 'fileSystem.info',
    passed: ['box', 'a b'],
    answered: { hostPath: null, uri: 'sandbox://box/home/daytona/a%20b', files: 1, sizeBytes: 4, skipped: 0 },
  },
  {
    tool: 'sandbox_git_clone',
    given: { sandbox: 'box', url: 'https://example.com/team/thing.git', depth: 1 },
    plan: {
      git: {
        clone: async () => undefined,
        status: async () => status,
        history: async () => [commit],
      },
    },
    first: [
      {
        operation: 'git.clone',
        arguments: ['box', { path: 'thing', url: 'https://example.com/team/thing.git', depth: 1 }],
      },
      { operation: 'git.status', arguments: ['box', 'thing'] },
    ],
    operation: 'git.history',
    passed: ['box', 'thing'],
    answered: { path: 'thing', branch: 'main', commit: 'abc' },
  },
  {
    tool: 'sandbox_upload',
    given: { sandbox: 'box', hostPath: '/allowed/dir', path: 'there' },
    plan: {
      fileSystem: {
        makeFolder: async () => undefined,
        upload: async () => ({ path: '/there/x', sizeBytes: 3 }),
      },
    },
    host: {
      source: async () => ({
        isDirectory: true,
        skipped: 1,
        files: [{ path: 'x', sizeBytes: 3, mode: 0o755, read: async function* read() {} }],
      }),
      target: async () => {
        throw new Error('unplanned');
      },
    },
    first: [{ operation: 'fileSystem.makeFolder', arguments: ['box', { path: 'there' }] }],
    operation: 'fileSystem.upload',
    passed: ['box', { path: 'there/x', mode: '0755' }, expect.anything()],
    answered: { path: 'there', files: 1, sizeBytes: 3, skipped: 1 },
  },
];

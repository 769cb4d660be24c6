/** What is read out of git's output for programs, and what its failures mean. */
import { describe, expect, test } from 'vitest';
import { splitUrl, withCredentials } from '../../../src/engine/git/credentials.ts';
import { gitFailure } from '../../../src/engine/git/failure.ts';
import { parseLog, parseRemotes, parseStatus } from '../../../src/engine/git/porcelain.ts';

const MODES = 'N... 100644 100644 100644 1111 2222';

describe('a status', () => {
  test('names renamed files with their old names, and files of any name', () => {
    const text = [
      '# branch.oid 1111',
      '# branch.head main',
      '# branch.upstream origin/main',
      '# branch.ab +2 -1',
      `1 .M ${MODES} with space\nand line`,
      `2 R. ${MODES} R100 new name`,
      '1 old name',
      `u UU N... 100644 100644 100644 100644 1 2 3 both`,
      '? ? odd',
      '',
    ].join('\0');
    expect(parseStatus(text)).toEqual({
      currentBranch: 'main',
      detached: false,
      upstream: 'origin/main',
      branchPublished: true,
      ahead: 2,
      behind: 1,
      fileStatus: [
        { name: 'with space\nand line', staging: 'Unmodified', worktree: 'Modified', extra: '' },
        { name: 'new name', staging: 'Renamed', worktree: 'Unmodified', extra: '1 old name' },
        { name: 'both', staging: 'Updated but unmerged', worktree: 'Updated but unmerged', extra: '' },
        { name: '? odd', staging: 'Untracked', worktree: 'Untracked', extra: '' },
      ],
    });
  });

  test('is read from whatever a sandbox answers', () => {
    expect(parseStatus('')).toMatchObject({ currentBranch: '', fileStatus: [], ahead: 0 });
    expect(parseStatus('# branch.head (detached)\x001\x00u\x002 R.')).toMatchObject({
      detached: true,
      currentBranch: 'HEAD',
    });
  });
});

test('messages of commits keep what parts the fields', () => {
  const entry = ['abc', 'A', 'a@b', '2026-05-01T10:00:00+02:00', 'one\u001ftwo\n\n'].join('\u001f');
  expect(parseLog(`${entry}\0`)).toEqual([
    {
      hash: 'abc',
      author: 'A',
      email: 'a@b',
      timestamp: '2026-05-01T10:00:00+02:00',
      message: 'one\u001ftwo',
    },
  ]);
  expect(parseRemotes('remote.a.b.url\nhttps://x\0junk\0')).toEqual([{ name: 'a.b', url: 'https://x' }]);
});

describe('a failure', () => {
  test.each([
    ["fatal: could not read Username for 'https://x': terminal prompts disabled", 'git_auth_failed'],
    ["fatal: unable to access 'https://x/': The requested URL returned error: 403", 'git_remote_rejected'],
    [' ! [rejected]        main -> main (fetch first)', 'git_push_rejected'],
    ['!\trefs/heads/a:refs/heads/a\t[remote rejected] (pre-receive hook declined)', 'git_remote_rejected'],
    ["fatal: unable to access 'https://x/': Could not resolve host: x", 'git_transport_failed'],
    [
      'warning: Could not find remote branch x to clone.\nfatal: Remote branch x not found in upstream origin',
      'git_branch_not_found',
    ],
    [
      'CONFLICT (content): Merge conflict in a.txt\nAutomatic merge failed; fix conflicts',
      'git_merge_conflict',
    ],
    [
      'error: Your local changes to the following files would be overwritten by checkout:\n\ta',
      'git_dirty_worktree',
    ],
    ['fatal: not a git repository (or any of the parent directories): .git', 'git_repository_not_found'],
    ["fatal: detected dubious ownership in repository at '/x'", 'permission_denied'],
    ['something new', 'git_failed'],
  ])('that says %j is %s', (text, code) => {
    expect(gitFailure(text).code).toBe(code);
  });

  test('is found within bounds, whatever calls itself git', () => {
    const { code, message } = gitFailure(`${'Remote branch '.repeat(500_000)}\nfatal: Authentication failed`);
    expect(code).toBe('git_auth_failed');
    expect(message.length).toBeLessThanOrEqual(600);
  });

  test('shows no secret', () => {
    const { message } = gitFailure("fatal: unable to access 'https://me:pa55@host/x' with pa55word", [
      'pa55word',
    ]);
    expect(message).toBe("unable to access 'https://host/x' with [hidden]");
  });
});

test('credentials go to their server only, and not into arguments', () => {
  const split = splitUrl('https://me:s%2Fcret@host:8443/x.git', {});
  expect(split).toEqual({
    url: 'https://host:8443/x.git',
    credentials: { username: 'me', password: 's/cret' },
  });
  const { options, env } = withCredentials(split.url, split.credentials);
  expect(options.join(' ')).toContain('credential.https://host:8443.helper=');
  expect(options.join(' ')).not.toContain('cret@');
  expect(options.join(' ')).not.toContain('s/cret');
  expect(env).toEqual({ THAW_GIT_USERNAME: 'me', THAW_GIT_PASSWORD: 's/cret' });
  expect(withCredentials('git@host:x.git', { username: 'a', password: 'b' }).options).toEqual([]);
  expect(splitUrl('/path/@x', { username: 'a' })).toEqual({
    url: '/path/@x',
    credentials: { username: 'a' },
  });
});

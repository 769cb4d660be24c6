/** What git does with other repositories: clone, push, pull. */
import type { GitAddRemote, GitClone, GitTransfer } from '../../../schemas/git.ts';
import { isThawError, ThawError } from '../../errors.ts';
import { splitUrl, withCredentials } from './credentials.ts';
import { type Git, TRANSFER_MS } from './git.ts';

const DEFAULT_REMOTE = 'origin';

/** Throws `git_branch_not_found` when HEAD is on none. */
export async function currentBranch(git: Git, path: string): Promise<string> {
  const answer = await git.ask({ path, arguments: ['symbolic-ref', '--quiet', '--short', 'HEAD'] });
  if (answer !== null) return answer.trim();
  throw new ThawError('git_branch_not_found', 'The repository is on no branch.', {
    next: 'Check a branch out, or name one.',
  });
}

export async function clone(git: Git, request: GitClone): Promise<void> {
  const { path, branch, commitId, depth, insecureSkipTls } = request;
  const { url, credentials } = splitUrl(request.url, request);
  const options = [
    ...(branch === undefined ? [] : ['--branch', branch]),
    ...(depth === undefined ? [] : ['--depth', String(depth)]),
  ];
  const insecure = insecureSkipTls === true ? ['-c', 'http.sslVerify=false'] : [];
  const shown = withCredentials(url, credentials);
  await git.run({
    arguments: [...insecure, 'clone', '--quiet', ...options, '--', url, path],
    credentials: shown,
    timeoutMs: TRANSFER_MS,
  });
  if (commitId === undefined) return;
  const checkOut = async (): Promise<unknown> =>
    await git.run({ path, arguments: ['checkout', '--quiet', '--detach', commitId, '--'] });
  try {
    await checkOut();
  } catch (error) {
    // A shallow clone may lack it.
    if (depth === undefined || !isThawError(error, 'git_branch_not_found')) throw error;
    await git.run({
      path,
      arguments: [...insecure, 'fetch', '--quiet', '--depth', String(depth), '--', DEFAULT_REMOTE, commitId],
      credentials: shown,
      timeoutMs: TRANSFER_MS,
    });
    await checkOut();
  }
}

/** The remote's URL without its credentials, which are taken from it where none are given; and how they are shown. */
async function reach(git: Git, request: GitTransfer) {
  const remote = request.remote ?? DEFAULT_REMOTE;
  const configured = await git.run({ path: request.path, arguments: ['remote', 'get-url', '--', remote] });
  return { remote, credentials: withCredentials(configured.trim(), request) };
}

export async function push(git: Git, request: GitTransfer): Promise<void> {
  const { path } = request;
  const branch = request.branch ?? (await currentBranch(git, path));
  const { remote, credentials } = await reach(git, request);
  const upstream = request.setUpstream === true ? ['--set-upstream'] : [];
  await git.run({
    path,
    arguments: ['push', '--porcelain', ...upstream, '--', remote, branch],
    credentials,
    timeoutMs: TRANSFER_MS,
  });
}

/** Merges what is not a mere continuation; conflicts stay in the files for whoever resolves them. */
export async function pull(git: Git, request: GitTransfer): Promise<void> {
  const { path } = request;
  const branch = request.branch ?? (await currentBranch(git, path));
  const { remote, credentials } = await reach(git, request);
  await git.run({
    path,
    arguments: ['pull', '--quiet', '--no-rebase', '--no-edit', '--', remote, branch],
    credentials,
    timeoutMs: TRANSFER_MS,
  });
}

export async function addRemote(
  git: Git,
  { path, name, url, fetch, overwrite }: GitAddRemote,
): Promise<void> {
  const key = `remote.${name}.url`;
  const exists = (await git.ask({ path, arguments: ['config', '--local', '--get', key] })) !== null;
  if (exists && overwrite !== true)
    throw new ThawError('state_conflict', `There is a remote ${name} already.`, {
      next: 'Choose another name, or ask to overwrite it.',
    });
  const verb = exists ? 'set-url' : 'add';
  await git.run({ path, arguments: ['remote', verb, '--', name, url] });
  if (fetch === true)
    await git.run({ path, arguments: ['fetch', '--quiet', '--', name], timeoutMs: TRANSFER_MS });
}

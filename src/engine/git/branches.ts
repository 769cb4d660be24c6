/** Branches, and what is checked out. */
import type { GitBranch, GitBranches, GitCheckout } from '../../../schemas/git.ts';
import { isThawError, ThawError } from '../../errors.ts';
import type { Git } from './git.ts';

const exists = async (git: Git, path: string, ref: string): Promise<boolean> =>
  (await git.ask({ path, arguments: ['show-ref', '--verify', '--quiet', ref] })) !== null;

export async function listBranches(git: Git, path: string): Promise<GitBranches> {
  const list = await git.run({
    path,
    arguments: ['for-each-ref', '--format=%(refname:short)', 'refs/heads'],
  });
  const current = await git.ask({ path, arguments: ['symbolic-ref', '--quiet', '--short', 'HEAD'] });
  return { branches: list.split('\n').filter((name) => name !== ''), current: current?.trim() ?? '' };
}

/** From what is checked out, which stays so. */
export async function createBranch(git: Git, { path, name }: GitBranch): Promise<void> {
  if (await exists(git, path, `refs/heads/${name}`))
    throw new ThawError('git_branch_exists', `There is a branch ${name} already.`);
  await git.run({ path, arguments: ['branch', '--', name] });
}

export async function deleteBranch(git: Git, { path, name }: GitBranch): Promise<void> {
  if (!(await exists(git, path, `refs/heads/${name}`)))
    throw new ThawError('git_branch_not_found', `There is no branch ${name}.`);
  await git.run({ path, arguments: ['branch', '-D', '--', name] });
}

/** A branch, one of a remote that becomes a local one, or a commit, which leaves no branch checked out. */
export async function checkout(git: Git, { path, branch }: GitCheckout): Promise<void> {
  try {
    await git.run({ path, arguments: ['checkout', '--quiet', branch, '--'] });
  } catch (error) {
    if (!isThawError(error, 'git_branch_not_found')) throw error;
    throw new ThawError('git_branch_not_found', `There is no branch or commit ${branch}.`, { cause: error });
  }
}

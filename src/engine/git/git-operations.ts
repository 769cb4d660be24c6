/** The port's operations on repositories. */
import type { GitAdd, GitCommit, GitInit, GitReset, GitRestore } from '../../../schemas/git.ts';
import type { GitOperations } from '../../backend/git-operations.ts';
import type { CallContext } from '../../backend/port.ts';
import type { EngineContext } from '../context.ts';
import { checkout, createBranch, deleteBranch, listBranches } from './branches.ts';
import { type Git, gitOf } from './git.ts';
import { LOG_FORMAT, parseLog, parseRemotes, parseStatus } from './porcelain.ts';
import { getConfig, setConfig, setCredentials } from './settings.ts';
import { addRemote, clone, pull, push } from './transfer.ts';

const MAX_COMMITS = 1_000;

/** Paths on standard input: there may be more of them than arguments can hold. */
const PATHS = ['--pathspec-from-file=-', '--pathspec-file-nul'];
const toInput = (files: readonly string[]): string => files.map((file) => `${file}\0`).join('');

async function init(git: Git, { path, bare, initialBranch }: GitInit): Promise<void> {
  const options = [
    ...(bare === true ? ['--bare'] : []),
    ...(initialBranch === undefined ? [] : [`--initial-branch=${initialBranch}`]),
  ];
  await git.run({ arguments: ['init', '--quiet', ...options, '--', path] });
}

async function add(git: Git, { path, files }: GitAdd): Promise<void> {
  await git.run({ path, arguments: ['add', ...PATHS], stdin: toInput(files) });
}

async function commit(git: Git, request: GitCommit): Promise<{ readonly hash: string }> {
  const { path, message, author, email, allowEmpty } = request;
  const env = {
    GIT_AUTHOR_NAME: author,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: author,
    GIT_COMMITTER_EMAIL: email,
  };
  const options = ['--quiet', '--cleanup=verbatim', ...(allowEmpty === true ? ['--allow-empty'] : [])];
  await git.run({ path, arguments: ['commit', ...options, '--file=-'], stdin: message, env });
  return { hash: (await git.run({ path, arguments: ['rev-parse', 'HEAD'] })).trim() };
}

async function history(git: Git, path: string) {
  const head = await git.ask({ path, arguments: ['rev-parse', '--verify', '--quiet', 'HEAD'] });
  if (head === null) return [];
  return parseLog(
    await git.run({ path, arguments: ['log', '-z', `--max-count=${MAX_COMMITS}`, `--format=${LOG_FORMAT}`] }),
  );
}

async function reset(git: Git, { path, mode = 'mixed', target, files = [] }: GitReset): Promise<void> {
  const revision = target === undefined ? [] : [target];
  if (files.length === 0)
    await git.run({ path, arguments: ['reset', '--quiet', `--${mode}`, ...revision, '--'] });
  else await git.run({ path, arguments: ['reset', '--quiet', ...PATHS, ...revision], stdin: toInput(files) });
}

async function restore(git: Git, { path, files, source, staged, worktree }: GitRestore): Promise<void> {
  const options = [
    ...(source === undefined ? [] : [`--source=${source}`]),
    ...(staged === true ? ['--staged'] : []),
    ...(worktree === true ? ['--worktree'] : []),
  ];
  await git.run({ path, arguments: ['restore', ...options, ...PATHS], stdin: toInput(files) });
}

async function remotes(git: Git, path: string) {
  await git.run({ path, arguments: ['rev-parse', '--git-dir'] });
  const arguments_ = ['config', '--local', '-z', '--get-regexp', '^remote\\..*\\.url$'];
  return parseRemotes((await git.ask({ path, arguments: arguments_ })) ?? '');
}

export function gitOperations(context: EngineContext): GitOperations {
  const git = (name: string, call: CallContext): Git =>
    gitOf(context, context.registry.find(name, call), call);
  return {
    clone: async (name, request, call) => await clone(git(name, call), request),
    init: async (name, request, call) => await init(git(name, call), request),
    status: async (name, path, call) =>
      parseStatus(
        await git(name, call).run({
          path,
          arguments: ['status', '--porcelain=v2', '--branch', '-z', '--untracked-files=all'],
        }),
      ),
    add: async (name, request, call) => await add(git(name, call), request),
    commit: async (name, request, call) => await commit(git(name, call), request),
    push: async (name, request, call) => await push(git(name, call), request),
    pull: async (name, request, call) => await pull(git(name, call), request),
    branches: async (name, path, call) => await listBranches(git(name, call), path),
    createBranch: async (name, request, call) => await createBranch(git(name, call), request),
    deleteBranch: async (name, request, call) => await deleteBranch(git(name, call), request),
    checkout: async (name, request, call) => await checkout(git(name, call), request),
    history: async (name, path, call) => await history(git(name, call), path),
    reset: async (name, request, call) => await reset(git(name, call), request),
    restore: async (name, request, call) => await restore(git(name, call), request),
    remotes: async (name, path, call) => await remotes(git(name, call), path),
    addRemote: async (name, request, call) => await addRemote(git(name, call), request),
    getConfig: async (name, request, call) => await getConfig(git(name, call), request),
    setConfig: async (name, request, call) => await setConfig(git(name, call), request),
    setCredentials: async (name, request, call) => await setCredentials(git(name, call), request),
  };
}

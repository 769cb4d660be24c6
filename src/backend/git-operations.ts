/** Repositories of a sandbox, by the git in it and as its user. */
import type {
  GitAdd,
  GitAddRemote,
  GitBranch,
  GitBranches,
  GitCheckout,
  GitClone,
  GitCommit,
  GitCommitInfo,
  GitCredentials,
  GitGetConfig,
  GitInit,
  GitRemote,
  GitReset,
  GitRestore,
  GitSetConfig,
  GitStatus,
  GitTransfer,
} from '../../schemas/git.ts';
import type { CallContext } from './port.ts';

/** All throw `git_…` errors by what git answers, and `runtime_missing` where the sandbox has no git. No credential reaches an argument or a log. */
export interface GitOperations {
  clone(sandbox: string, request: GitClone, context: CallContext): Promise<void>;
  init(sandbox: string, request: GitInit, context: CallContext): Promise<void>;
  status(sandbox: string, path: string, context: CallContext): Promise<GitStatus>;
  add(sandbox: string, request: GitAdd, context: CallContext): Promise<void>;
  /** Answers the commit's hash. */
  commit(sandbox: string, request: GitCommit, context: CallContext): Promise<{ readonly hash: string }>;
  push(sandbox: string, request: GitTransfer, context: CallContext): Promise<void>;
  pull(sandbox: string, request: GitTransfer, context: CallContext): Promise<void>;
  branches(sandbox: string, path: string, context: CallContext): Promise<GitBranches>;
  createBranch(sandbox: string, request: GitBranch, context: CallContext): Promise<void>;
  deleteBranch(sandbox: string, request: GitBranch, context: CallContext): Promise<void>;
  checkout(sandbox: string, request: GitCheckout, context: CallContext): Promise<void>;
  /** The newest first, at most a thousand. */
  history(sandbox: string, path: string, context: CallContext): Promise<readonly GitCommitInfo[]>;
  reset(sandbox: string, request: GitReset, context: CallContext): Promise<void>;
  restore(sandbox: string, request: GitRestore, context: CallContext): Promise<void>;
  remotes(sandbox: string, path: string, context: CallContext): Promise<readonly GitRemote[]>;
  addRemote(sandbox: string, request: GitAddRemote, context: CallContext): Promise<void>;
  /** Null when the key is not set. */
  getConfig(sandbox: string, request: GitGetConfig, context: CallContext): Promise<string | null>;
  setConfig(sandbox: string, request: GitSetConfig, context: CallContext): Promise<void>;
  /** Keeps them in the user's credential store of git. */
  setCredentials(sandbox: string, request: GitCredentials, context: CallContext): Promise<void>;
}

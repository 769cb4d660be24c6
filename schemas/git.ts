/** Repositories in a sandbox, by its own git. Names of the API's toolbox in camelCase. */
import { z } from 'zod';
import { FilePath } from './files.ts';

/** What begins with a dash would be an option. */
const plain = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((value) => !/[\0\n\r]/.test(value), 'must be one line without NUL')
    .refine((value) => !value.startsWith('-'), 'must not begin with a dash');

export const GitUrl = plain(4096);
export const GitName = plain(255);
export const GitRevision = plain(255);
/** A path in the repository: git takes it as literal. */
export const GitPath = z
  .string()
  .min(1)
  .max(4096)
  .refine((path) => !path.includes('\0'), 'must not contain NUL');
const GitPaths = z.array(GitPath).min(1).max(10_000);
const Line = z
  .string()
  .max(1_000)
  .refine((value) => !/[\0\n\r]/.test(value), 'must be one line without NUL');
const Secret = z
  .string()
  .max(8_192)
  .refine((value) => !/[\0\n\r]/.test(value), 'must be one line without NUL');

const credentials = { username: Line.optional(), password: Secret.optional() };
const repository = { path: FilePath.describe('The repository') };

export const GitClone = z.object({
  url: GitUrl,
  path: FilePath.describe('Where to'),
  branch: GitName.optional(),
  commitId: GitRevision.optional().describe('Check this commit out, on no branch'),
  depth: z.number().int().min(1).max(1_000_000).optional(),
  insecureSkipTls: z.boolean().optional(),
  ...credentials,
});
export type GitClone = z.infer<typeof GitClone>;

export const GitInit = z.object({
  ...repository,
  bare: z.boolean().optional(),
  initialBranch: GitName.optional(),
});
export type GitInit = z.infer<typeof GitInit>;

export const GitAdd = z.object({ ...repository, files: GitPaths });
export type GitAdd = z.infer<typeof GitAdd>;

export const GitCommit = z.object({
  ...repository,
  message: z
    .string()
    .min(1)
    .max(1_000_000)
    .refine((text) => !text.includes('\0'), 'must not contain NUL'),
  author: Line,
  email: Line,
  allowEmpty: z.boolean().optional(),
});
export type GitCommit = z.infer<typeof GitCommit>;

export const GitTransfer = z.object({
  ...repository,
  remote: GitName.optional().describe('Default origin'),
  branch: GitName.optional().describe('Default: the current one'),
  setUpstream: z.boolean().optional(),
  ...credentials,
});
export type GitTransfer = z.infer<typeof GitTransfer>;

export const GitBranch = z.object({ ...repository, name: GitName });
export type GitBranch = z.infer<typeof GitBranch>;

export const GitCheckout = z.object({ ...repository, branch: GitRevision });
export type GitCheckout = z.infer<typeof GitCheckout>;

export const GitReset = z.object({
  ...repository,
  mode: z.enum(['soft', 'mixed', 'hard', 'merge', 'keep']).optional(),
  target: GitRevision.optional(),
  files: z.array(GitPath).max(10_000).optional(),
});
export type GitReset = z.infer<typeof GitReset>;

export const GitRestore = z.object({
  ...repository,
  files: GitPaths,
  source: GitRevision.optional(),
  staged: z.boolean().optional(),
  worktree: z.boolean().optional(),
});
export type GitRestore = z.infer<typeof GitRestore>;

export const GitAddRemote = z.object({
  ...repository,
  name: GitName,
  url: GitUrl,
  fetch: z.boolean().optional(),
  overwrite: z.boolean().optional(),
});
export type GitAddRemote = z.infer<typeof GitAddRemote>;

const Scope = z.enum(['global', 'local', 'system']);
export const GitConfigKey = z
  .string()
  .max(255)
  .regex(/^[A-Za-z][A-Za-z0-9-]*\.(?:[^\0\n]+\.)?[A-Za-z][A-Za-z0-9-]*$/, 'section.key');
const place = { scope: Scope.optional().describe('Default global'), path: FilePath.optional() };

export const GitGetConfig = z.object({ key: GitConfigKey, ...place });
export type GitGetConfig = z.infer<typeof GitGetConfig>;
export const GitSetConfig = z.object({ key: GitConfigKey, value: Line, ...place });
export type GitSetConfig = z.infer<typeof GitSetConfig>;

export const GitCredentials = z.object({
  username: Line.min(1),
  password: Secret.min(1),
  host: z
    .string()
    .regex(/^[A-Za-z0-9.:[\]-]{1,255}$/, 'a host')
    .optional()
    .describe('Default github.com'),
  protocol: z.enum(['http', 'https']).optional(),
});
export type GitCredentials = z.infer<typeof GitCredentials>;

export const GitFileState = z.enum([
  'Unmodified',
  'Untracked',
  'Modified',
  'Added',
  'Deleted',
  'Renamed',
  'Copied',
  'Updated but unmerged',
]);
export type GitFileState = z.infer<typeof GitFileState>;

export const GitFileStatus = z.object({
  name: z.string(),
  staging: GitFileState,
  worktree: GitFileState,
  extra: z.string().describe('the name before, of a renamed or copied one'),
});
export type GitFileStatus = z.infer<typeof GitFileStatus>;

export const GitStatus = z.object({
  currentBranch: z.string(),
  detached: z.boolean(),
  upstream: z.string().describe('empty when there is none'),
  branchPublished: z.boolean(),
  ahead: z.number().int(),
  behind: z.number().int(),
  fileStatus: z.array(GitFileStatus),
});
export type GitStatus = z.infer<typeof GitStatus>;

export const GitBranches = z.object({
  branches: z.array(z.string()),
  current: z.string().describe('empty when on no branch'),
});
export type GitBranches = z.infer<typeof GitBranches>;

export const GitCommitInfo = z.object({
  hash: z.string(),
  author: z.string(),
  email: z.string(),
  message: z.string(),
  timestamp: z.string(),
});
export type GitCommitInfo = z.infer<typeof GitCommitInfo>;

export const GitRemote = z.object({ name: z.string(), url: z.string() });
export type GitRemote = z.infer<typeof GitRemote>;

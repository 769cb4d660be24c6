/** Moving files between a sandbox and the machine of the client, and repositories into it. */
import { z } from 'zod';
import { FilePath } from './files.ts';
import { GitClone } from './git.ts';
import { SandboxRef } from './sandbox-ref.ts';
import { Timestamp } from './timestamp.ts';

const HostPath = z
  .string()
  .min(1)
  .max(4096)
  .refine((path) => !path.includes('\0'), 'must not contain NUL');

export const UploadFiles = z.strictObject({
  sandbox: SandboxRef,
  hostPath: HostPath.optional().describe('File or directory of this machine, absolute'),
  path: FilePath.describe('What it becomes in the sandbox'),
});

export const DownloadFiles = z.strictObject({
  sandbox: SandboxRef,
  path: FilePath.describe('File or directory of the sandbox'),
  hostPath: HostPath.optional().describe('What it becomes on this machine, absolute'),
  overwrite: z.boolean().optional().describe('Replace files that are there'),
});

export const MovedFiles = z.object({
  files: z.number().int(),
  sizeBytes: z.number().int(),
  skipped: z.number().int().describe('links and special files'),
});

const SignedLink = {
  url: z.string().nullable().describe('needs no key'),
  urlExpiresAt: Timestamp.nullable(),
};

export const Uploaded = MovedFiles.extend({ path: z.string(), ...SignedLink });
export const Downloaded = MovedFiles.extend({
  hostPath: z.string().nullable(),
  uri: z.string().nullable().describe('a resource to read, when no hostPath was given'),
  ...SignedLink,
});

const { url, path, branch, commitId, depth, username, password } = GitClone.shape;
export const CloneRepository = z.strictObject({
  sandbox: SandboxRef,
  url: url.describe('https:// or what git takes'),
  path: path.optional().describe('Directory; default: the name in the URL'),
  branch,
  commitId,
  depth: depth.describe('Only the last commits'),
  username,
  password: password.describe('Or a token; not kept'),
});

export const ClonedRepository = z.object({
  path: z.string(),
  branch: z.string().nullable(),
  commit: z.string().nullable(),
});

/** What the toolbox answers about repositories, as our own. */
import { z } from 'zod';
import { GitFileState } from '../../../schemas/git.ts';
import { orElse, wordOf } from './values.ts';

const state = orElse(wordOf(GitFileState.options, 'Unmodified'), 'Unmodified');

export const WireGitStatus = z.looseObject({
  currentBranch: orElse(z.string(), ''),
  detached: orElse(z.boolean(), false),
  upstream: orElse(z.string(), ''),
  branchPublished: orElse(z.boolean(), false),
  ahead: orElse(z.number().int(), 0),
  behind: orElse(z.number().int(), 0),
  fileStatus: orElse(
    z.array(z.object({ name: z.string(), staging: state, worktree: state, extra: orElse(z.string(), '') })),
    [],
  ),
});

export const WireBranches = z.looseObject({
  branches: orElse(z.array(z.string()), []),
  current: orElse(z.string(), ''),
});

const WireCommit = z.looseObject({
  hash: z.string(),
  author: orElse(z.string(), ''),
  email: orElse(z.string(), ''),
  message: orElse(z.string(), ''),
  timestamp: orElse(z.string(), ''),
});
export const WireHistory = orElse(z.array(WireCommit), []);

const WireRemote = z.looseObject({ name: z.string(), url: z.string() });
/** Bare, or in an object. */
export const WireRemotes = z
  .union([z.array(WireRemote), z.looseObject({ remotes: orElse(z.array(WireRemote), []) })])
  .nullable()
  .transform((value) => (value === null ? [] : Array.isArray(value) ? value : value.remotes));

export const WireHash = z.looseObject({ hash: z.string() });
export const WireConfigValue = z.looseObject({ value: z.string().nullish() });

/** The git group of the port over the toolbox. */
import { z } from 'zod';
import type { GitOperations } from '../../backend/git-operations.ts';
import type { CallContext } from '../../backend/port.ts';
import type { RemoteContext } from '../context.ts';
import {
  WireBranches,
  WireConfigValue,
  WireGitStatus,
  WireHash,
  WireHistory,
  WireRemotes,
} from '../wire/git.ts';
import { withoutUndefined } from '../without-undefined.ts';
import { callToolbox, withQuery } from './call.ts';

/** 404 without a code of git's own. */
const codes = { 404: 'git_repository_not_found' } as const;

export function gitOperations(remote: RemoteContext): GitOperations {
  const ask = async <Schema extends z.ZodType>(
    sandbox: string,
    path: string,
    schema: Schema,
    context: CallContext,
  ): Promise<z.output<Schema>> => {
    const request = { method: 'GET', path, idempotent: true, codes };
    return (await callToolbox(remote, sandbox, request, schema, context)).value;
  };
  const send = async (
    sandbox: string,
    operation: string,
    body: object,
    context: CallContext,
    method = 'POST',
  ): Promise<unknown> => {
    const request = { method, path: `/git/${operation}`, json: withoutUndefined(body), codes };
    return (await callToolbox(remote, sandbox, request, z.unknown(), context)).value;
  };
  const tell = async (...given: Parameters<typeof send>): Promise<void> => {
    await send(...given);
  };
  return {
    clone: (sandbox, { commitId, insecureSkipTls, ...rest }, context) => {
      const body = { ...rest, commit_id: commitId, insecure_skip_tls: insecureSkipTls };
      return tell(sandbox, 'clone', body, context);
    },
    init: (sandbox, { initialBranch, ...rest }, context) =>
      tell(sandbox, 'init', { ...rest, initial_branch: initialBranch }, context),
    status: (sandbox, path, context) =>
      ask(sandbox, withQuery('/git/status', { path }), WireGitStatus, context),
    add: (sandbox, request, context) => tell(sandbox, 'add', request, context),
    async commit(sandbox, { allowEmpty, ...rest }, context) {
      const json = withoutUndefined({ ...rest, allow_empty: allowEmpty });
      const request = { method: 'POST', path: '/git/commit', json, codes };
      return (await callToolbox(remote, sandbox, request, WireHash, context)).value;
    },
    push: (sandbox, { setUpstream, ...rest }, context) =>
      tell(sandbox, 'push', { ...rest, set_upstream: setUpstream }, context),
    pull: (sandbox, { setUpstream, ...rest }, context) =>
      tell(sandbox, 'pull', { ...rest, set_upstream: setUpstream }, context),
    branches: (sandbox, path, context) =>
      ask(sandbox, withQuery('/git/branches', { path }), WireBranches, context),
    createBranch: (sandbox, request, context) => tell(sandbox, 'branches', request, context),
    deleteBranch: (sandbox, request, context) => tell(sandbox, 'branches', request, context, 'DELETE'),
    checkout: (sandbox, request, context) => tell(sandbox, 'checkout', request, context),
    history: (sandbox, path, context) =>
      ask(sandbox, withQuery('/git/history', { path }), WireHistory, context),
    reset: (sandbox, request, context) => tell(sandbox, 'reset', request, context),
    restore: (sandbox, request, context) => tell(sandbox, 'restore', request, context),
    remotes: (sandbox, path, context) =>
      ask(sandbox, withQuery('/git/remotes', { path }), WireRemotes, context),
    addRemote: (sandbox, request, context) => tell(sandbox, 'remotes', request, context),
    async getConfig(sandbox, { key, scope, path }, context) {
      const asked = withQuery('/git/config', { key, scope, path });
      return (await ask(sandbox, asked, WireConfigValue, context)).value ?? null;
    },
    setConfig: (sandbox, request, context) => tell(sandbox, 'config', request, context),
    setCredentials: (sandbox, request, context) => tell(sandbox, 'credentials', request, context),
  };
}

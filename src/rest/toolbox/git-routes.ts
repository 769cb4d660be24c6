/** Routes of repositories (reference §4.2): the API's bodies in snake_case, the port's operations behind them. */
import { z } from 'zod';
import { FilePath } from '../../../schemas/files.ts';
import {
  GitAdd,
  GitAddRemote,
  GitBranch,
  GitCheckout,
  GitClone,
  GitCommit,
  GitCredentials,
  GitGetConfig,
  GitInit,
  GitReset,
  GitRestore,
  GitSetConfig,
  GitTransfer,
} from '../../../schemas/git.ts';
import type { GitOperations } from '../../backend/git-operations.ts';
import { type CallContext, requireGroup } from '../../backend/port.ts';
import { readJson, readQuery } from './body.ts';
import {
  empty,
  json,
  type ToolboxAnswer,
  type ToolboxCall,
  type ToolboxMethod,
  type ToolboxRoute,
} from './route.ts';

/** Names of the API's that the port writes otherwise. */
const renamed: Readonly<Record<string, string>> = {
  commit_id: 'commitId',
  insecure_skip_tls: 'insecureSkipTls',
  allow_empty: 'allowEmpty',
  set_upstream: 'setUpstream',
  initial_branch: 'initialBranch',
};

/** Empty texts, zeros and nulls are how some clients leave a field out; a field of its own meaning is never empty. */
const isLeftOut = (value: unknown): boolean => value === '' || value === null || value === 0;

const body = <Schema extends z.ZodType>(schema: Schema, kept: readonly string[] = []) =>
  z.preprocess((given) => {
    if (typeof given !== 'object' || given === null) return given;
    return Object.fromEntries(
      Object.entries(given)
        .filter(([name, value]) => kept.includes(name) || !isLeftOut(value))
        .map(([name, value]) => [renamed[name] ?? name, value]),
    );
  }, schema);

const PathQuery = z.object({ path: FilePath });
const UserBody = z.object({
  name: GitCommit.shape.author,
  email: GitCommit.shape.email,
  scope: GitSetConfig.shape.scope,
  path: GitSetConfig.shape.path,
});

const git = ({ backend }: ToolboxCall): GitOperations => requireGroup(backend, 'git');

type Change<T> = (
  operations: GitOperations,
  ...call: readonly [sandbox: string, request: T, context: CallContext]
) => Promise<unknown>;

/** A route that changes something and answers nothing but that it did. */
function change<Schema extends z.ZodType>(
  method: ToolboxMethod,
  path: string,
  schema: Schema,
  apply: Change<z.output<Schema>>,
  status = 200,
): ToolboxRoute {
  const wanted = body(schema, ['value']);
  return {
    method,
    path,
    async handle(call) {
      const request = await readJson(call, wanted);
      await apply(git(call), call.sandbox, request, call.context);
      return empty(status);
    },
  };
}

/** A route that answers what is in the repository at `path`. */
const look = (
  path: string,
  answer: (operations: GitOperations, call: ToolboxCall, repository: string) => Promise<unknown>,
): ToolboxRoute => ({
  method: 'GET',
  path,
  handle: async (call) => json(await answer(git(call), call, readQuery(call, PathQuery).path)),
});

async function commit(call: ToolboxCall): Promise<ToolboxAnswer> {
  const request = await readJson(call, body(GitCommit));
  return json(await git(call).commit(call.sandbox, request, call.context));
}

async function getConfig(call: ToolboxCall): Promise<ToolboxAnswer> {
  const request = readQuery(call, body(GitGetConfig));
  return json({ value: await git(call).getConfig(call.sandbox, request, call.context) });
}

async function configureUser(call: ToolboxCall): Promise<ToolboxAnswer> {
  const { name, email, ...place } = await readJson(call, body(UserBody));
  await git(call).setConfig(call.sandbox, { key: 'user.name', value: name, ...place }, call.context);
  await git(call).setConfig(call.sandbox, { key: 'user.email', value: email, ...place }, call.context);
  return empty();
}

export const gitRoutes: readonly ToolboxRoute[] = [
  change('POST', '/git/clone', GitClone, (operations, ...call) => operations.clone(...call)),
  change('POST', '/git/init', GitInit, (operations, ...call) => operations.init(...call), 201),
  look('/git/status', (operations, call, path) => operations.status(call.sandbox, path, call.context)),
  change('POST', '/git/add', GitAdd, (operations, ...call) => operations.add(...call)),
  { method: 'POST', path: '/git/commit', handle: commit },
  change('POST', '/git/push', GitTransfer, (operations, ...call) => operations.push(...call)),
  change('POST', '/git/pull', GitTransfer, (operations, ...call) => operations.pull(...call)),
  look('/git/branches', (operations, call, path) => operations.branches(call.sandbox, path, call.context)),
  change('POST', '/git/branches', GitBranch, (operations, ...call) => operations.createBranch(...call), 201),
  change(
    'DELETE',
    '/git/branches',
    GitBranch,
    (operations, ...call) => operations.deleteBranch(...call),
    204,
  ),
  change('POST', '/git/checkout', GitCheckout, (operations, ...call) => operations.checkout(...call)),
  look('/git/history', (operations, call, path) => operations.history(call.sandbox, path, call.context)),
  change('POST', '/git/reset', GitReset, (operations, ...call) => operations.reset(...call)),
  change('POST', '/git/restore', GitRestore, (operations, ...call) => operations.restore(...call)),
  look('/git/remotes', async (operations, call, path) => ({
    remotes: await operations.remotes(call.sandbox, path, call.context),
  })),
  change('POST', '/git/remotes', GitAddRemote, (operations, ...call) => operations.addRemote(...call), 201),
  { method: 'GET', path: '/git/config', handle: getConfig },
  change('POST', '/git/config', GitSetConfig, (operations, ...call) => operations.setConfig(...call)),
  { method: 'POST', path: '/git/config/user', handle: configureUser },
  change('POST', '/git/credentials', GitCredentials, (operations, ...call) =>
    operations.setCredentials(...call),
  ),
];

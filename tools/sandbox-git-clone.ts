/** sandbox_git_clone: a repository into a sandbox. */
import { ClonedRepository, CloneRepository } from '../schemas/transfer.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

/** As git names the directory. */
const nameIn = (url: string): string =>
  url
    .replace(/[/\s]+$/, '')
    .replace(/\.git$/, '')
    .split(/[/:]/)
    .at(-1) || 'repository';

export default defineTool({
  name: 'sandbox_git_clone',
  title: 'Clone a repository',
  description:
    "Clones a Git repository into a started sandbox with the sandbox's own git and network. Give depth for large ones, branch or commitId for a certain state, username and password for a private one. Next: sandbox_find, sandbox_exec.",
  kind: 'create',
  fetches: true,
  group: 'git',
  input: CloneRepository,
  output: ClonedRepository,
  async handle({ sandbox, path: wanted, ...request }, { backend, context }) {
    const git = requireGroup(backend, 'git');
    const path = wanted ?? nameIn(request.url);
    await git.clone(sandbox, { path, ...request }, context);
    const [status, [latest]] = await Promise.all([
      git.status(sandbox, path, context),
      // A repository without commits has no history.
      git.history(sandbox, path, context).catch(() => []),
    ]);
    return { path, branch: status.currentBranch, commit: latest?.hash ?? null };
  },
});

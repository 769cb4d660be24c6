/** git's settings and stored credentials. */
import type { GitCredentials, GitGetConfig, GitSetConfig } from '../../../schemas/git.ts';
import { ThawError } from '../../errors.ts';
import type { Git } from './git.ts';

const DEFAULT_HOST = 'github.com';

type Place = Pick<GitGetConfig, 'scope' | 'path'>;

function placeOf({ scope, path }: Place): { readonly path?: string; readonly flag: string } {
  if (scope !== 'local') return { flag: `--${scope ?? 'global'}` };
  if (path === undefined) throw new ThawError('invalid_argument', 'path: is required when scope is "local".');
  return { path, flag: '--local' };
}

/** Without a scope, of a repository: what holds there. */
export async function getConfig(git: Git, { key, ...place }: GitGetConfig): Promise<string | null> {
  if (place.scope === undefined && place.path !== undefined)
    return strip(await git.ask({ path: place.path, arguments: ['config', '--get', key] }));
  const { flag, path } = placeOf(place);
  return strip(await git.ask({ path, arguments: ['config', flag, '--get', key] }));
}

const strip = (answer: string | null): string | null => answer?.replace(/\n$/, '') ?? null;

export async function setConfig(git: Git, { key, value, ...place }: GitSetConfig): Promise<void> {
  const { flag, path } = placeOf(place);
  await git.run({ path, arguments: ['config', flag, '--replace-all', key, value] });
}

/** In the user's own file for that, which git reads from now on; they travel on its standard input. */
export async function setCredentials(git: Git, request: GitCredentials): Promise<void> {
  const { username, password, host = DEFAULT_HOST, protocol = 'https' } = request;
  const helpers = await git.ask({ arguments: ['config', '--global', '--get-all', 'credential.helper'] });
  if (!(helpers ?? '').split('\n').includes('store'))
    await git.run({ arguments: ['config', '--global', '--add', 'credential.helper', 'store'] });
  const stdin = `protocol=${protocol}\nhost=${host}\nusername=${username}\npassword=${password}\n\n`;
  await git.run({
    arguments: ['credential', 'approve'],
    stdin,
    credentials: { options: [], env: {}, secrets: [password] },
  });
}

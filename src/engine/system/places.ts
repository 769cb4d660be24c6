/** Where a sandbox's user is at home, and where commands start. */
import type { SandboxPlaces } from '../../../schemas/system.ts';
import type { FileAccess } from '../file-system/scope.ts';
import { workDirectory } from '../file-system/scope.ts';

/** Asked of the agent, which knows the user's entry in /etc/passwd. */
export async function sandboxPlaces(access: FileAccess): Promise<SandboxPlaces> {
  const { agent, scope } = access;
  const { cwd: _cwd, ...home } = scope;
  const [{ resolvedPath }, work] = await Promise.all([
    agent.list('.', { depth: 1, maxEntries: 1 }, home),
    workDirectory(access),
  ]);
  return { home: resolvedPath, work };
}

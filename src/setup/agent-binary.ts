/** Finds the guest agent's binary for a daemon's architecture, or builds it. */
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ThawError } from '../errors.ts';

/** The architecture as Node and the file names have it, for what the daemon says. */
const nodeArch = (dockerArch: string): string =>
  ({ amd64: 'x64', x86_64: 'x64', arm64: 'arm64', aarch64: 'arm64' })[dockerArch] ?? dockerArch;

export const agentFileName = (dockerArch: string): string => `thaw-agent-${nodeArch(dockerArch)}`;

/** Directories that may hold agents: beside the bundle, and in `dist` of a source tree. */
function agentDirectories(): readonly string[] {
  const here = dirname(fileURLToPath(import.meta.url));
  return [join(here, 'guest'), join(here, '..', 'guest'), join(here, '..', '..', 'dist', 'guest')];
}

/** The path of the agent for this architecture, or null. */
export async function findAgentBinary(
  dockerArch: string,
  directories: readonly string[] = agentDirectories(),
): Promise<string | null> {
  for (const directory of directories) {
    const path = join(directory, agentFileName(dockerArch));
    try {
      await access(path);
      return path;
    } catch {
      // Not here: the next directory may have it.
    }
  }
  return null;
}

/** The path of the agent. Throws `setup_failed` when there is none. */
export async function requireAgentBinary(dockerArch: string): Promise<string> {
  const path = await findAgentBinary(dockerArch);
  if (path !== null) return path;
  throw new ThawError('setup_failed', `There is no guest agent for ${dockerArch}.`, {
    next: 'Run `npm run build` on a machine of that architecture with a C compiler (gcc and libc6-dev).',
  });
}

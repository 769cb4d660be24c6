/** The guest agent's binary for a daemon's architecture: found beside the bundle, or built where the sources are. */
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ThawError } from '../errors.ts';
import type { Host } from './host.ts';
import { compilerNeed, installMissing } from './install/packages.ts';
import type { Progress } from './progress.ts';

/** What it means to have no agent. The figures are of the engine's own calls on the same host, with and without. */
export const WITHOUT_AGENT =
  'sandboxes work through `docker exec`. A command or a file takes about 65 ms in place of 3, a create from the pool about 45 in place of 2, and there are no terminals and no connections to ports.';

const here = dirname(fileURLToPath(import.meta.url));

/** The architecture as Node and the file names have it, for what the daemon says. */
const nodeArch = (dockerArch: string): string =>
  ({ amd64: 'x64', x86_64: 'x64', arm64: 'arm64', aarch64: 'arm64' })[dockerArch] ?? dockerArch;

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Directories that may hold agents: beside the bundle and its chunks, and `dist` of a source tree. */
const agentDirectories: readonly string[] = [
  join(here, 'guest'),
  join(here, '..', 'guest'),
  join(here, '..', '..', 'dist', 'guest'),
];

/** The path of the agent for this architecture, as Docker names it, or null. */
export async function findAgentBinary(
  dockerArch: string,
  directories: readonly string[] = agentDirectories,
): Promise<string | null> {
  for (const directory of directories) {
    const path = join(directory, `thaw-agent-${nodeArch(dockerArch)}`);
    if (await isThere(path)) return path;
  }
  return null;
}

/** What `src/guest/build.mjs` exports, as far as it is used here. */
interface GuestBuilder {
  readonly buildGuest: (options: { readonly outDir: string }) => Promise<{ readonly path: string }>;
}

/** The builder and where its output goes, when this runs in a source tree. It stays out of the bundle: it reads its own sources. */
async function findBuilder(): Promise<{ readonly script: string; readonly outDir: string } | null> {
  for (const tree of [join(here, '..', '..'), join(here, '..')]) {
    const script = join(tree, 'src', 'guest', 'build.mjs');
    if (await isThere(script)) return { script, outDir: join(tree, 'dist', 'guest') };
  }
  return null;
}

function isBuilder(module: unknown): module is GuestBuilder {
  return (
    typeof module === 'object' &&
    module !== null &&
    'buildGuest' in module &&
    typeof module.buildGuest === 'function'
  );
}

export interface AgentOptions {
  readonly host: Host;
  /** As the daemon names it. */
  readonly dockerArch: string;
  /** Whether a missing compiler may be installed. */
  readonly install: boolean;
  /** Where an agent is looked for. */
  readonly directories?: readonly string[];
}

/** Throws `setup_failed` where the agent cannot be built here. */
async function buildAgent({ host, dockerArch, install }: AgentOptions, progress: Progress): Promise<string> {
  const builder = await findBuilder();
  if (builder === null || nodeArch(dockerArch) !== process.arch) {
    throw new ThawError('setup_failed', `None is built for ${dockerArch}.`, {
      next: `Run \`node src/guest/build.mjs ${nodeArch(dockerArch)}\` in a source tree; it names the compiler that it needs.`,
    });
  }
  await installMissing(host, [compilerNeed], progress, install);
  const module: unknown = await import(pathToFileURL(builder.script).href);
  if (!isBuilder(module)) throw new ThawError('internal', 'The guest agent has no builder.');
  const { path } = await progress.step('Building the guest agent', () =>
    module.buildGuest({ outDir: builder.outDir }),
  );
  return path;
}

/**
 * The path of the agent, built when there is none and it can be; null where it cannot. Sandboxes work without it, so that is
 * no error, but it costs so much that it is told with what to do about it.
 */
export async function ensureAgentBinary(options: AgentOptions, progress: Progress): Promise<string | null> {
  const found = await findAgentBinary(options.dockerArch, options.directories);
  if (found !== null) return found;
  try {
    return await buildAgent(options, progress);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'It was not built.';
    const advice = error instanceof ThawError ? ` ${error.next}` : '';
    progress.note(`No guest agent for ${options.dockerArch}: ${WITHOUT_AGENT} ${why}${advice}`);
    return null;
  }
}

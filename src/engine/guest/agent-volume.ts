/** The read-only volume that carries the guest agent into every container, whatever its image. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { ThawError } from '../../errors.ts';
import type { DockerPort, Mount } from '../docker/port.ts';
import { labelsFor, networkName } from '../labels.ts';
import type { Store } from '../store/store.ts';

/** Where the volume is mounted in sandboxes and in the helper. */
export const AGENT_DIRECTORY = '/.thaw';
export const AGENT_PATH = `${AGENT_DIRECTORY}/agent`;
/** Remembers the volume that is known to be filled: one that a crash left empty has the same name. */
const FILLED_KEY = 'agent.volume';

export interface AgentVolume {
  readonly name: string;
  readonly mount: Mount;
}

interface Parts {
  readonly docker: DockerPort;
  readonly store: Store;
  readonly owner: string;
  readonly agentBinary: string;
  /** Any image that exists: a container of it is made to reach the volume, and never started. */
  readonly image: string;
}

async function fill({ docker, owner, image }: Parts, mount: Mount, binary: Buffer): Promise<void> {
  const setup = await docker.createContainer({
    name: `${networkName(owner)}-setup`,
    image,
    entrypoint: [AGENT_PATH],
    labels: labelsFor(owner, 'setup'),
    network: 'none',
    mounts: [{ ...mount, readOnly: false }],
    capabilities: { drop: ['ALL'], add: [] },
    securityOptions: [],
  });
  try {
    const tar = pack();
    tar.entry({ name: 'agent', mode: 0o555, uid: 0, gid: 0 }, binary);
    tar.finalize();
    await docker.putArchive(setup, AGENT_DIRECTORY, Readable.from(tar));
  } finally {
    await docker.removeContainer(setup);
  }
}

/** Makes sure that a volume with exactly this agent exists. The name holds the agent's hash: an upgrade makes a new one. */
export async function ensureAgentVolume(parts: Parts): Promise<AgentVolume> {
  const { docker, store, owner, agentBinary } = parts;
  const binary = await readFile(agentBinary).catch((cause: unknown) => {
    throw new ThawError('engine_error', 'The guest agent cannot be read.', {
      cause,
      next: 'Run `npm run build` (it needs a C compiler), or install a package that carries the agent.',
    });
  });
  const name = `${networkName(owner)}-agent-${createHash('sha256').update(binary).digest('hex').slice(0, 12)}`;
  const mount: Mount = { kind: 'volume', source: name, target: AGENT_DIRECTORY, readOnly: true };
  const { created } = await docker.ensureVolume(name, labelsFor(owner, 'agent'));
  if (created || store.meta(FILLED_KEY) !== name) {
    await fill(parts, mount, binary);
    store.putMeta(FILLED_KEY, name);
  }
  return { name, mount };
}

/** The templates that sandboxes start from, and what Thaw has learnt of each. */
import { z } from 'zod';
import { ThawError } from '../../errors.ts';
import type { AgentConnection } from '../agent/port.ts';
import type { DockerPort } from '../docker/port.ts';
import type { Store } from '../store/store.ts';

/** Facts of an image that hold for every container of it, read once from its first one. */
const SnapshotTraits = z.object({
  /** The shell that runs commands: bash where there is one. */
  shell: z.string(),
  /** Names of /etc/passwd. */
  users: z.array(z.string()),
});
export type SnapshotTraits = z.infer<typeof SnapshotTraits>;

export interface Snapshot {
  readonly name: string;
  readonly image: string;
  readonly imageId: string;
}

const MAX_PASSWD_BYTES = 1024 * 1024;
const SHELLS = ['/bin/bash', '/usr/bin/bash'];
const FALLBACK_SHELL = '/bin/sh';

async function readTraits(agent: AgentConnection): Promise<SnapshotTraits> {
  const exists = async (path: string): Promise<boolean> =>
    await agent.stat(path).then(
      () => true,
      () => false,
    );
  let shell = FALLBACK_SHELL;
  for (const candidate of SHELLS) {
    if (await exists(candidate)) {
      shell = candidate;
      break;
    }
  }
  const users = await agent.readFile('/etc/passwd', { maxBytes: MAX_PASSWD_BYTES }).then(
    ({ data }) =>
      data
        .toString('utf8')
        .split('\n')
        .flatMap((line) => (line.includes(':') ? [line.slice(0, line.indexOf(':'))] : [])),
    () => ['root'],
  );
  return { shell, users };
}

export class Snapshots {
  readonly #traits = new Map<string, SnapshotTraits>();
  readonly #store: Store;
  /** The only snapshot of this release. */
  readonly default: Snapshot;

  constructor(store: Store, defaultSnapshot: Snapshot) {
    this.#store = store;
    this.default = defaultSnapshot;
  }

  /** The snapshot of this name or image reference; without one the default. Throws `snapshot_not_found`. */
  resolve(reference: string | undefined): Snapshot {
    const { name, image, imageId } = this.default;
    if (reference === undefined || [name, image, imageId].includes(reference)) return this.default;
    throw new ThawError('snapshot_not_found', `There is no snapshot ${reference}. There is: ${name}.`);
  }

  /** What is known of an image; null before the first container of it ran. */
  traits(imageId: string): SnapshotTraits | null {
    const known = this.#traits.get(imageId);
    if (known !== undefined) return known;
    const stored = this.#store.meta(`traits.${imageId}`);
    if (stored === null) return null;
    const traits = SnapshotTraits.parse(JSON.parse(stored));
    this.#traits.set(imageId, traits);
    return traits;
  }

  /** The traits, read from a running container of the image when they are not known yet. */
  async learn(imageId: string, agent: AgentConnection): Promise<SnapshotTraits> {
    const known = this.traits(imageId);
    if (known !== null) return known;
    const traits = await readTraits(agent);
    this.#traits.set(imageId, traits);
    this.#store.putMeta(`traits.${imageId}`, JSON.stringify(traits));
    return traits;
  }
}

/** The default snapshot as it is in the daemon now. */
export async function findDefaultSnapshot(
  docker: DockerPort,
  wanted: { name: string; image: string },
): Promise<Snapshot> {
  const facts = await docker.inspectImage(wanted.image);
  if (facts === null) {
    throw new ThawError(
      'snapshot_not_found',
      `The image of the default snapshot, ${wanted.image}, is not in the Docker Engine.`,
      {
        next: 'Start Thaw again: it prepares the default snapshot when it is missing.',
      },
    );
  }
  return { ...wanted, imageId: facts.id };
}

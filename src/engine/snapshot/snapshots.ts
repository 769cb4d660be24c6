/** The templates that sandboxes start from, and what Thaw has learnt of each. */
import { z } from 'zod';
import { ThawError } from '../../errors.ts';
import type { AgentConnection } from '../agent/port.ts';
import type { DockerPort, ImageFacts } from '../docker/port.ts';
import { type Caller, organizationOf } from '../organizations.ts';
import type { RecordChange } from '../record-change.ts';
import type { SnapshotRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';

/** Facts of an image that hold for every container of it, read once from its first one. */
const SnapshotTraits = z.object({
  /** The shell that runs commands: bash where there is one; null for an image without any. */
  shell: z.string().nullable(),
  /** Names of /etc/passwd. */
  users: z.array(z.string()),
  /** What the image says of itself; empty where it says nothing. */
  user: z.string().default(''),
  workingDir: z.string().default(''),
});
export type SnapshotTraits = z.infer<typeof SnapshotTraits>;

export interface Snapshot {
  readonly name: string;
  readonly image: string;
  readonly imageId: string;
  /** What its sandboxes get when their create says nothing; absent for the engine's own defaults. */
  readonly size?: { readonly cpu: number; readonly memoryGiB: number };
  /** Parked containers that are always kept for it; absent for as many as its use asks for. */
  readonly pool?: number;
  /** The build that made it for sandboxes; absent for one with a name of its own. */
  readonly buildId?: string;
}

/** States in which the image is there: sandboxes of an inactive snapshot go on, only new ones are refused. */
const KEPT: ReadonlySet<string> = new Set(['active', 'inactive']);
const MAX_PASSWD_BYTES = 1024 * 1024;
const SHELLS = ['/bin/bash', '/usr/bin/bash', '/bin/sh'];

async function readTraits(
  agent: AgentConnection,
  image: Pick<ImageFacts, 'user' | 'workingDir'>,
): Promise<SnapshotTraits> {
  const exists = async (path: string): Promise<boolean> =>
    await agent.stat(path).then(
      () => true,
      () => false,
    );
  let shell: string | null = null;
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
  return { shell, users, user: image.user, workingDir: image.workingDir };
}

function toSnapshot(record: SnapshotRecord & { readonly imageId: string }): Snapshot {
  const { id, name, image, imageId, cpu, memoryGiB, pool, buildKey } = record;
  return {
    name,
    image,
    imageId,
    size: { cpu, memoryGiB },
    ...(pool === null ? {} : { pool }),
    ...(buildKey === null ? {} : { buildId: id }),
  };
}

const hasImage = (record: SnapshotRecord): record is SnapshotRecord & { imageId: string } =>
  record.imageId !== null;

export class Snapshots {
  readonly #traits = new Map<string, SnapshotTraits>();
  readonly #records = new Map<string, SnapshotRecord>();
  readonly #store: Store;
  readonly #docker: Pick<DockerPort, 'inspectImage'>;
  readonly #own: string;
  #changed: RecordChange<SnapshotRecord> = () => undefined;
  /** The one that a create gets when it names none. It is made by set-up and cannot be deleted. */
  readonly default: Snapshot;

  /** `own` is the id of the owner's own organization. */
  constructor(
    store: Store,
    defaultSnapshot: Snapshot,
    docker: Pick<DockerPort, 'inspectImage'>,
    own: string,
  ) {
    this.#store = store;
    this.#own = own;
    this.#docker = docker;
    this.default = defaultSnapshot;
    for (const record of store.snapshots()) this.#records.set(record.id, record);
  }

  /** `changed` is called right after each change of a record. */
  watch(changed: RecordChange<SnapshotRecord>): void {
    this.#changed = changed;
  }

  /** All but the default one, the newest first. */
  records(): SnapshotRecord[] {
    return [...this.#records.values()].sort((a, b) => b.createdAt - a.createdAt);
  }

  /** Those of the caller's organization, the newest first. */
  of(caller: Caller): SnapshotRecord[] {
    const organization = organizationOf(this.#own, caller);
    return this.records().filter(({ organizationId }) => organizationId === organization);
  }

  /** Every name that a create of this caller may use now. */
  names(caller: Caller): string[] {
    return [
      this.default.name,
      ...this.of(caller).flatMap(({ name, state, buildKey }) =>
        state === 'active' && buildKey === null ? [name] : [],
      ),
    ];
  }

  /** By id, whosever it is. */
  byId(id: string): SnapshotRecord | null {
    return this.#records.get(id) ?? null;
  }

  /** By id or name, among those of the caller's organization; null when there is none. */
  record(reference: string, caller: Caller): SnapshotRecord | null {
    const known = this.of(caller);
    return known.find(({ id }) => id === reference) ?? known.find(({ name }) => name === reference) ?? null;
  }

  /** Takes a record in or changes it, on disk first. `alongside` joins the same transaction. */
  put(record: SnapshotRecord, alongside: () => void = () => undefined): void {
    this.#store.transaction(() => {
      this.#store.putSnapshot(record);
      alongside();
    });
    const before = this.#records.get(record.id) ?? null;
    this.#records.set(record.id, record);
    this.#changed(before, record);
  }

  /** Notes that a sandbox is made of it. */
  use({ imageId }: Pick<Snapshot, 'imageId'>, now: number): void {
    const record = this.records().find((candidate) => candidate.imageId === imageId);
    if (record !== undefined) this.put({ ...record, lastUsedAt: now });
  }

  drop(record: SnapshotRecord): void {
    this.#store.dropSnapshot(record.id);
    if (this.#records.delete(record.id)) this.#changed(record, null);
  }

  isDefault(reference: string): boolean {
    const { name, image, imageId } = this.default;
    return [name, image, imageId].includes(reference);
  }

  /** The caller's snapshot of this name, id or image reference; without one the default. Throws `snapshot_not_found`. */
  resolve(reference: string | undefined, caller: Caller): Snapshot {
    if (reference === undefined || this.isDefault(reference)) return this.default;
    const record = this.record(reference, caller);
    if (record !== null) return this.#ready(record);
    throw new ThawError(
      'snapshot_not_found',
      `There is no snapshot ${reference}. There is: ${this.names(caller).join(', ')}.`,
    );
  }

  /** The snapshot with this id, whosever it is. Throws `snapshot_not_found`. */
  resolveId(id: string): Snapshot {
    const record = this.byId(id);
    if (record !== null) return this.#ready(record);
    throw new ThawError('snapshot_not_found', `Snapshot ${id} is gone.`);
  }

  #ready(record: SnapshotRecord): Snapshot {
    if (record.state !== 'active' || !hasImage(record)) {
      const why = record.errorReason === null ? '' : ` ${record.errorReason}`;
      throw new ThawError('state_conflict', `Snapshot ${record.name} is ${record.state}.${why}`, {
        next:
          record.state === 'inactive'
            ? 'Call snapshot_activate first, or use another snapshot.'
            : 'Call snapshot_get to follow it, or use another snapshot.',
      });
    }
    return toSnapshot(record);
  }

  /** The snapshot with this image, or null when it is gone. */
  byImage(imageId: string): Snapshot | null {
    if (imageId === this.default.imageId) return this.default;
    const record = this.records()
      .filter(hasImage)
      .find((candidate) => candidate.imageId === imageId && KEPT.has(candidate.state));
    return record === undefined ? null : toSnapshot(record);
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
    const image = await this.#docker.inspectImage(imageId);
    const traits = await readTraits(agent, image ?? { user: '', workingDir: '' });
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

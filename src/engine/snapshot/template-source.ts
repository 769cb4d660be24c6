/** The sources of a template, and how each becomes an image of Thaw's own: pulled and labelled, built, or imported. */
import { Readable } from 'node:stream';
import type { BuildWithContext } from '../../../schemas/build.ts';
import { ThawError } from '../../errors.ts';
import type { AgentConnection } from '../agent/port.ts';
import { packContext } from '../build/build-context.ts';
import { withBuildNetwork } from '../build/build-network.ts';
import type { EngineContext } from '../context.ts';
import { AGENT_PATH } from '../guest/agent-volume.ts';
import { labelsFor, networkName, ownerLabel } from '../labels.ts';
import { requireGuest } from '../lifecycle/supervise.ts';
import { toLimits } from '../limits.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import type { SnapshotRecord } from '../store/records.ts';

export type TemplateSource =
  | { readonly kind: 'image'; readonly reference: string }
  | { readonly kind: 'dockerfile'; readonly build: BuildWithContext }
  | { readonly kind: 'rootfs'; readonly sandbox: ManagedSandbox; readonly path: string };

export interface Making {
  readonly context: EngineContext;
  readonly record: SnapshotRecord;
  readonly signal: AbortSignal;
  /** Notes how far it is, on disk. */
  readonly note: (change: Partial<SnapshotRecord>) => void;
  /** What the daemon prints. */
  readonly onOutput: (text: string) => void;
}

/** Of the container of each step of a build. */
const BUILD_LIMITS = toLimits(2, 2);
/** A root file system above this is no template but a disk. */
const MAX_ROOTFS_BYTES = 8 * 1024 ** 3;
const CHUNK_BYTES = 4 * 1024 * 1024;

/** Every snapshot has an image of its own, so that pools, dependants and removal of one never touch another. */
const imageLabels = (owner: string, { id }: SnapshotRecord): Record<string, string> => ({
  // A builder makes a step of each label, so there are few.
  ...ownerLabel(owner),
  'thaw.snapshot': id,
});

/** Labels an image that is there. Nothing of it runs: not even what it asks to be run when it is built upon. */
async function adopt({ context, record }: Making, reference: string): Promise<void> {
  const { docker, owner } = context;
  const facts = await docker.inspectImage(reference);
  if (facts === null) {
    throw new ThawError('snapshot_not_found', `The Docker Engine has no image ${reference}.`, {
      next: 'Check its name and tag.',
    });
  }
  const container = await docker.createContainer({
    name: `${networkName(owner)}-template-${record.id}`,
    image: facts.id,
    entrypoint: [AGENT_PATH],
    labels: labelsFor(owner, 'setup'),
    network: 'none',
    mounts: [],
    capabilities: { drop: ['ALL'], add: [] },
    securityOptions: [],
  });
  try {
    const { user, workingDir } = facts;
    await docker.commitContainer(container, record.image, {
      labels: imageLabels(owner, record),
      user,
      workingDir,
    });
  } finally {
    await docker.removeContainer(container);
  }
}

/** A reference that had to be pulled goes again: its layers stay with the snapshot and go with it. */
async function fromImage(making: Making, reference: string): Promise<void> {
  const { context, signal, note, onOutput } = making;
  const { docker, makings } = context;
  await makings.inTurn(reference, async () => {
    signal.throwIfAborted();
    const present = (await docker.inspectImage(reference)) !== null;
    if (!present) {
      note({ state: 'pulling', pulled: reference });
      await docker.pullImage(reference, (line) => onOutput(`${line}\n`), signal);
    }
    try {
      await adopt(making, reference);
    } finally {
      if (!present) await docker.removeImage(reference);
    }
    note({ pulled: null });
  });
}

async function fromDockerfile(making: Making, build: BuildWithContext): Promise<void> {
  const { context, record, signal, note, onOutput } = making;
  note({ state: 'building' });
  const tar = await packContext(build);
  await withBuildNetwork(context, async (network) => {
    const options = {
      reference: record.image,
      labels: imageLabels(context.owner, record),
      network,
      limits: BUILD_LIMITS,
    };
    signal.throwIfAborted();
    await context.docker.buildImage(Readable.from([tar], { objectMode: false }), options, onOutput, signal);
  });
}

async function* readWhole(agent: AgentConnection, path: string, user: string, signal: AbortSignal) {
  for (let offset = 0; ; ) {
    signal.throwIfAborted();
    const options = { maxBytes: CHUNK_BYTES, offset };
    const { data, stat } = await agent.readFile(path, options, { user, signal });
    offset += data.length;
    if (offset > MAX_ROOTFS_BYTES) {
      throw new ThawError('file_too_large', `${path} is larger than ${MAX_ROOTFS_BYTES} bytes.`);
    }
    yield data;
    if (data.length === 0 || offset >= stat.sizeBytes) return;
  }
}

async function fromRootfs(making: Making, sandbox: ManagedSandbox, path: string): Promise<void> {
  const { context, record, signal, note } = making;
  const { agent } = await requireGuest(context, sandbox);
  note({ state: 'building' });
  const changes = Object.entries(imageLabels(context.owner, record)).map(
    ([name, value]) => `LABEL ${name}=${value}`,
  );
  // The sandbox is at work for as long as its file is read.
  sandbox.runningCommands += 1;
  try {
    const chunks = readWhole(agent, path, sandbox.record.user, signal);
    await context.docker.importImage(
      Readable.from(chunks, { objectMode: false }),
      record.image,
      changes,
      signal,
    );
  } finally {
    sandbox.runningCommands -= 1;
    context.registry.touch(sandbox);
  }
}

/** Makes the image `record.image`. */
export async function makeImage(making: Making, source: TemplateSource): Promise<void> {
  if (source.kind === 'image') await fromImage(making, source.reference);
  else if (source.kind === 'dockerfile') await fromDockerfile(making, source.build);
  else await fromRootfs(making, source.sandbox, source.path);
}

/** Holds a sandbox still while its files are read: frozen when it runs, as it is when it does not. */
import { ThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import { restartGuest } from '../guest/guest.ts';
import type { OverlayDirectories } from '../host/overlay-mount.ts';
import type { HostFiles } from '../host/port.ts';
import { recordLimits } from '../limits.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';

export interface StillResult<T> {
  readonly result: T;
  /** How long the processes of the sandbox stood still, in milliseconds; 0 when none ran. */
  readonly pausedMs: number;
}

/** What `work` gets of a sandbox that stands still. */
export interface StillTree extends OverlayDirectories {
  /** How much to read ahead of a slow reader, in bytes: nothing where no process waits for the end of the reading. */
  readonly heldBytes: number;
}

/** As much as the host's disk takes within a second or so; longer differences go at the pace of what they are for. */
const MAX_HELD_BYTES = 256 * 1024 * 1024;

/** The files behind the Docker API. Throws `unsupported` where Thaw has no helper on the host. */
export function requireHostFiles({ host }: EngineContext): HostFiles {
  if (host.files !== null) return host.files;
  throw new ThawError(
    'unsupported',
    'Reading the files of a sandbox from outside needs the host helper, which is off or not allowed here.',
    {
      next: 'Run Thaw with THAW_HELPER=on on a host that allows it; `thaw doctor` tells.',
    },
  );
}

/** Freezes a running sandbox for `work`. The caller holds its lock. */
export async function whileFrozen<T>(
  context: EngineContext,
  guest: NonNullable<ManagedSandbox['guest']>,
  work: () => Promise<T>,
): Promise<StillResult<T>> {
  const { host, clock } = context;
  const began = clock.monotonic();
  await host.freeze(guest.place);
  let result: T;
  try {
    await host.untilFrozen(guest.place);
    result = await work();
  } finally {
    await host.thaw(guest.place);
  }
  return { result, pausedMs: Math.round((clock.monotonic() - began) * 1000) / 1000 };
}

/** Where the storage driver hides a stopped container's files, the container runs for a moment, with its agent alone. */
async function whileStartedQuietly<T>(
  context: EngineContext,
  sandbox: ManagedSandbox,
  work: (tree: StillTree) => Promise<T>,
): Promise<T> {
  const { id, containerId } = sandbox.record;
  if (containerId === null) throw new ThawError('internal', 'A stopped sandbox has no container.');
  try {
    const { network } = sandbox.record;
    const guest = await restartGuest(context, id, containerId, {
      limits: recordLimits(sandbox.record),
      network,
    });
    try {
      return await work({ ...(await requireHostFiles(context).overlay(guest.place)), heldBytes: 0 });
    } finally {
      guest.agent.close();
    }
  } finally {
    // Also after a start that failed half-way: the sandbox is stopped, whatever became of this.
    await context.docker.killContainer(containerId, 'SIGKILL');
    await context.docker.waitContainer(containerId);
  }
}

/** Runs `work` on the files of a sandbox that is running, paused or stopped. The caller holds its lock. */
export async function withStillFiles<T>(
  context: EngineContext,
  sandbox: ManagedSandbox,
  work: (tree: StillTree) => Promise<T>,
): Promise<StillResult<T>> {
  const files = requireHostFiles(context);
  const { guest } = sandbox;
  if (guest !== null) {
    const overlay = await files.overlay(guest.place);
    // A paused one stays as it is: freezing it again would end with a thaw.
    if (sandbox.record.state === 'paused')
      return { result: await work({ ...overlay, heldBytes: 0 }), pausedMs: 0 };
    return await whileFrozen(context, guest, () => work({ ...overlay, heldBytes: MAX_HELD_BYTES }));
  }
  const { containerId } = sandbox.record;
  const facts = containerId === null ? null : await context.docker.inspectContainer(containerId);
  const upper = facts?.upperDirectory ?? null;
  const result =
    upper === null
      ? await whileStartedQuietly(context, sandbox, work)
      : await work({
          upper: files.hostDirectory(upper),
          lowers: (facts?.lowerDirectories ?? []).map((path) => files.hostDirectory(path)),
          heldBytes: 0,
        });
  return { result, pausedMs: 0 };
}

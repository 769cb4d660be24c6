/** Host control through the helper container: one frame to its agent, which writes the cgroup files in its event loop. */
import { ThawError } from '../../errors.ts';
import type { AgentConnection, RawWrite } from '../agent/port.ts';
import { CGROUP_MOUNT, type CgroupLayout, type CgroupPaths, parseCgroupFile } from './cgroup-paths.ts';
import { freezeWrites, frozenFile, limitWrites } from './cgroup-writes.ts';
import { helperDisk } from './helper-disk.ts';
import { helperFiles } from './helper-files.ts';
import { helperNetwork } from './helper-network.ts';
import type { HostControl, HostPlace, LimitChange } from './port.ts';

/** Keeps a connection to a helper, whatever happens to the helper in between. */
export interface HelperConnection {
  /** The open connection, made again when the helper died. Has a deadline of its own. */
  agent(): Promise<AgentConnection>;
  close(): Promise<void>;
}

async function readLayout(agent: AgentConnection): Promise<CgroupLayout> {
  const reads = async (path: string): Promise<boolean> =>
    await agent.rawRead(path).then(
      () => true,
      () => false,
    );
  if (await reads(`${CGROUP_MOUNT}/cgroup.controllers`)) return 'unified';
  return (await reads(`${CGROUP_MOUNT}/unified/cgroup.controllers`)) ? 'hybrid' : 'legacy';
}

const pathsOf = (place: HostPlace): CgroupPaths => {
  if (place.cgroups === null) throw new ThawError('internal', 'A container was not located on its host.');
  return place.cgroups;
};

const FREEZE_DEADLINE_MS = 2_000;

/** The kernel freezes each process at its next return to user mode, mostly within microseconds. */
async function waitUntilFrozen(connection: HelperConnection, paths: CgroupPaths): Promise<void> {
  const file = frozenFile(paths);
  const deadline = AbortSignal.timeout(FREEZE_DEADLINE_MS);
  while (!file.isFrozen(await (await connection.agent()).rawRead(file.path))) {
    if (deadline.aborted)
      throw new ThawError('timeout', 'A process of the sandbox could not be frozen in time.');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const changeWrites = (paths: CgroupPaths, change: LimitChange): RawWrite[] =>
  limitWrites(paths, change.to, change.from);

export async function helperHost(connection: HelperConnection): Promise<HostControl> {
  const layout = await readLayout(await connection.agent());
  const [files, network] = await Promise.all([helperFiles(connection), helperNetwork(connection)]);
  const write = async (writes: readonly RawWrite[]): Promise<void> => {
    if (writes.length > 0) await (await connection.agent()).rawWrite(writes);
  };
  return {
    mode: 'helper',
    files,
    network,
    async locate(containerId, pid) {
      const text = await (await connection.agent()).rawRead(`/proc/${pid}/cgroup`);
      return { containerId, pid, cgroups: parseCgroupFile(text, layout) };
    },
    freeze: (place) => write(freezeWrites(pathsOf(place), true)),
    untilFrozen: (place) => waitUntilFrozen(connection, pathsOf(place)),
    async thaw(place, change) {
      const paths = pathsOf(place);
      await write([
        ...(change === undefined ? [] : changeWrites(paths, change)),
        ...freezeWrites(paths, false),
      ]);
    },
    setLimits: (place, change) => write(changeWrites(pathsOf(place), change)),
    diskOf: (directory) => helperDisk(connection, directory),
    close: () => connection.close(),
  };
}

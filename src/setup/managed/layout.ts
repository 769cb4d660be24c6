/** Where the managed daemon keeps its files. */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { shortHash } from '../host.ts';

export interface EngineLayout {
  /** Images, containers and volumes. */
  readonly dataRoot: string;
  readonly lockFile: string;
  readonly logFile: string;
  /** Docker's configuration file, so that the one of the system's daemon is not read. */
  readonly configFile: string;
  readonly rangeFile: string;
  /** Emptied by a reboot, as the processes are. */
  readonly runtimeDir: string;
  readonly execRoot: string;
  readonly socket: string;
  readonly pidFile: string;
  /** Keeps its containers apart from those of another daemon where both use the system's containerd. */
  readonly containerdNamespace: string;
  /** Its chains in the packet filter: at most 28 characters each. */
  readonly chainPrefix: string;
}

/**
 * The layout for an engine directory. Sockets live in a short path apart from it,
 * because a unix socket's path holds at most 107 bytes and containerd adds to it.
 */
export function engineLayout(engineDir: string, runtimeRoot = '/run/thaw'): EngineLayout {
  const directory = resolve(engineDir);
  const id = shortHash(directory, 8);
  const runtimeDir = `${runtimeRoot}/${id}`;
  return {
    dataRoot: `${directory}/data`,
    lockFile: `${directory}/lock`,
    logFile: `${directory}/dockerd.log`,
    configFile: `${directory}/daemon.json`,
    rangeFile: `${directory}/address-range`,
    runtimeDir,
    execRoot: `${runtimeDir}/exec`,
    socket: `${runtimeDir}/docker.sock`,
    pidFile: `${runtimeDir}/docker.pid`,
    containerdNamespace: `thaw-${id}`,
    chainPrefix: `THAW-${id}`,
  };
}

/** A number that spreads engine directories over address ranges, so that two of them seldom want the same one. */
export const spreadOf = (layout: EngineLayout): number =>
  createHash('sha256').update(layout.dataRoot).digest().readUInt32BE(0);

/** Finds the owner's socket, starting an owner when none answers. */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../clock.ts';
import type { Environment, Paths } from '../../config.ts';
import { ensurePrivateDir } from '../../control/private-dir.ts';
import { takeSpawnLock } from './spawn-lock.ts';
import { type StartedOwner, spawnOwner } from './spawn-owner.ts';

/** The owner could not be started; the message has the reason. */
export class OwnerStartError extends Error {
  override readonly name = 'OwnerStartError';
}

export interface ConnectOptions {
  readonly paths: Paths;
  readonly pid: number;
  /** The command that runs an owner in the foreground. */
  readonly ownerCommand: readonly string[];
  /** Default: this process's own. */
  readonly ownerEnvironment?: Environment;
  readonly deadlineMs?: number;
}

const DEFAULT_DEADLINE_MS = 30_000;
const FIRST_PAUSE_MS = 20;
const MAX_PAUSE_MS = 250;

/** No listener, one that is being made, or one whose queue is full. */
const comeBackLater = new Set(['ENOENT', 'ECONNREFUSED', 'EAGAIN', 'EBUSY']);

/** Null when nobody listens right now. */
function connectOnce(path: string): Promise<Socket | null> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path, allowHalfOpen: true });
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== undefined && comeBackLater.has(error.code)) resolve(null);
      else reject(error);
    });
  });
}

/** Connects until `until` or until the owner that was just started has ended. */
async function awaitSocket(path: string, until: number, owner: StartedOwner): Promise<Socket | null> {
  let ended = false;
  void owner.ended.then(() => {
    ended = true;
  });
  for (
    let pauseMs = FIRST_PAUSE_MS;
    systemClock.monotonic() < until;
    pauseMs = Math.min(pauseMs * 1.5, 100)
  ) {
    const socket = await connectOnce(path);
    if (socket !== null || ended) return socket;
    await sleep(pauseMs);
  }
  return null;
}

/** Starts an owner and waits for it. Null when another one has the state directory after all. */
async function startOne(options: ConnectOptions, until: number): Promise<Socket | null> {
  const { paths, ownerCommand, ownerEnvironment } = options;
  const owner = await spawnOwner(ownerCommand, paths.logFile, paths.stateDir, ownerEnvironment);
  const socket = await awaitSocket(paths.mcpSocket, until, owner);
  if (socket !== null) return socket;
  const status = await Promise.race([owner.ended, sleep(0, undefined)]);
  if (status === 0) return null;
  const said = owner.lastWords() ?? 'it said nothing';
  if (status === undefined) throw new OwnerStartError(`it does not listen yet; it said last: ${said}`);
  throw new OwnerStartError(said);
}

/** A connection to the owner. Throws OwnerStartError, UnsafeDirectoryError or the errno of the socket. */
export async function connectToOwner(options: ConnectOptions): Promise<Socket> {
  const { paths, pid } = options;
  ensurePrivateDir(paths.stateDir);
  if (paths.socketDir !== null && paths.socketDir !== paths.stateDir) ensurePrivateDir(paths.socketDir);
  const until = systemClock.monotonic() + (options.deadlineMs ?? DEFAULT_DEADLINE_MS);
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, MAX_PAUSE_MS)) {
    const socket = await connectOnce(paths.mcpSocket);
    if (socket !== null) return socket;
    if (systemClock.monotonic() >= until) break;
    const release = takeSpawnLock(paths.spawnLockFile, pid);
    if (release !== null) {
      try {
        // Whoever had the lock before may have brought an owner up since the look above.
        const started = (await connectOnce(paths.mcpSocket)) ?? (await startOne(options, until));
        if (started !== null) return started;
      } finally {
        release();
      }
    }
    await sleep(pauseMs);
  }
  throw new OwnerStartError('no owner answered in time; `thaw status` and the log of the owner tell more');
}

/**
 * The environment and the places that follow from it. The only file that reads process.env.
 * Imports nothing but Node's own modules, because the relay starts with it.
 */
import { homedir, tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What Claude Desktop passes on for a setting of a bundle that its user left alone. */
const unset = /^\$\{user_config\.\w+\}$/;

/** A copy of the process's environment at this moment, or of another one, without variables that nobody set. */
export const readEnvironment = (environment: Environment = process.env): Environment =>
  Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && !unset.test(value)),
  );

/** Where one owner keeps its things. Everything of it is inside `stateDir`, sockets with long names apart. */
export interface Paths {
  readonly stateDir: string;
  /** A directory of this user alone that holds the sockets; on Windows there is none. */
  readonly socketDir: string | null;
  /** MCP, newline-delimited. */
  readonly mcpSocket: string;
  /** Control interface, HTTP. */
  readonly controlSocket: string;
  /** Held with a kernel lock while an owner lives. */
  readonly lockFile: string;
  /** Who holds the lock, for messages. */
  readonly ownerFile: string;
  /** Held while somebody starts an owner. */
  readonly spawnLockFile: string;
  readonly logFile: string;
}

/** sun_path has 104 bytes on macOS and 108 on Linux, its final NUL included. */
const MAX_SOCKET_PATH_BYTES = 103;

function defaultStateDir(environment: Environment, platform: NodeJS.Platform): string {
  const home = environment['HOME'] ?? homedir();
  if (platform === 'win32') {
    return join(environment['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'thaw', 'state');
  }
  if (environment['XDG_STATE_HOME']?.startsWith('/')) return join(environment['XDG_STATE_HOME'], 'thaw');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'thaw');
  return join(home, '.local', 'state', 'thaw');
}

/**
 * 16 hexadecimal digits that stand for `text` in a name (FNV-1a). No secret depends on them, and loading
 * node:crypto would cost the relay several milliseconds.
 */
function nameHash(text: string): string {
  let hash = 0xcbf2_9ce4_8422_2325n;
  for (const byte of Buffer.from(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100_0000_01b3n);
  return hash.toString(16).padStart(16, '0');
}

/** The directory for sockets when the state directory's own name is too long for one. */
function shortSocketDir(environment: Environment, hash: string): string {
  const runtime = environment['XDG_RUNTIME_DIR'];
  if (runtime?.startsWith('/') && runtime.length < 60) return join(runtime, `thaw-${hash}`);
  const short = tmpdir();
  return join(short.length < 60 ? short : '/tmp', `thaw-${userInfo().uid}-${hash}`);
}

/** `stateDir` is what the command line says; without it THAW_STATE_DIR counts, then the platform's custom. */
export function resolvePaths(
  stateDir: string | undefined,
  environment: Environment,
  platform: NodeJS.Platform = process.platform,
): Paths {
  const chosen = stateDir ?? environment['THAW_STATE_DIR'];
  const dir =
    chosen === undefined || chosen === '' ? defaultStateDir(environment, platform) : resolve(chosen);
  const hash = nameHash(dir);
  const fits = Buffer.byteLength(join(dir, 'control.sock')) <= MAX_SOCKET_PATH_BYTES;
  const socketDir = fits ? dir : shortSocketDir(environment, hash);
  const socket = (name: string): string =>
    platform === 'win32' ? `\\\\.\\pipe\\thaw-${hash}-${name}` : join(socketDir, `${name}.sock`);
  return {
    stateDir: dir,
    socketDir: platform === 'win32' ? null : socketDir,
    mcpSocket: socket('mcp'),
    controlSocket: socket('control'),
    lockFile: join(dir, 'owner.lock'),
    ownerFile: join(dir, 'owner.json'),
    spawnLockFile: join(dir, 'spawn.lock'),
    logFile: join(dir, 'owner.log'),
  };
}

/**
 * Every option of the owner: name, environment variable, kind, bounds, default and help in one table, which the
 * parser, the validation and `serve --help` share. Plain data: the relay checks its flags with it.
 */
import { backendOptions } from './backend-options.ts';
import { httpOptions, previewOptions, sshOptions } from './listener-options.ts';
import { surfaceOptions } from './surface-options.ts';

interface OptionBase {
  /** The flag without its dashes. */
  readonly flag: string;
  readonly variable: string;
  readonly help: string;
}

export type OwnerOption = OptionBase &
  (
    | {
        readonly kind: 'integer' | 'number';
        readonly min: number;
        readonly max: number;
        /** Null where it follows from something else, which `shownDefault` names. */
        readonly default: number | null;
        readonly shownDefault?: string;
      }
    | { readonly kind: 'choice'; readonly choices: readonly string[]; readonly default: string }
    | { readonly kind: 'text'; readonly default: string | null; readonly shownDefault?: string }
    | { readonly kind: 'switch' }
  );

export const ownerOptions = {
  stateDir: {
    flag: 'state-dir',
    variable: 'THAW_STATE_DIR',
    kind: 'text',
    default: null,
    shownDefault: '$XDG_STATE_HOME/thaw or ~/.local/state/thaw',
    help: 'directory of the store, the log and the sockets; one owner each',
  },
  ...backendOptions,
  dockerHost: {
    flag: 'docker-host',
    variable: 'THAW_DOCKER_HOST',
    kind: 'text',
    default: null,
    shownDefault: 'DOCKER_HOST, the docker context, the usual sockets, a managed engine',
    help: 'Docker Engine to use: unix:///path, tcp://host:port, npipe:////./pipe/name',
  },
  image: {
    flag: 'image',
    variable: 'THAW_DEFAULT_IMAGE',
    kind: 'text',
    default: null,
    shownDefault: 'made by the first start',
    help: 'image of the default snapshot; pulled when the Docker Engine lacks it',
  },
  install: {
    flag: 'install',
    variable: 'THAW_INSTALL',
    kind: 'switch',
    help: 'install missing packages of the distribution (as root on Debian and Ubuntu)',
  },
  poolTarget: {
    flag: 'pool-target',
    variable: 'THAW_POOL_TARGET',
    kind: 'integer',
    min: 0,
    max: 1000,
    default: 4,
    help: 'parked sandboxes kept ready; 0 turns the pool off',
  },
  refillConcurrency: {
    flag: 'refill-concurrency',
    variable: 'THAW_REFILL_CONCURRENCY',
    kind: 'integer',
    min: 1,
    max: 32,
    default: 4,
    help: 'parked sandboxes that are made at the same time',
  },
  cpu: {
    flag: 'cpu',
    variable: 'THAW_DEFAULT_CPU',
    kind: 'number',
    min: 0.1,
    max: 1024,
    default: 1,
    help: 'cores of a sandbox that asks for none',
  },
  memory: {
    flag: 'memory',
    variable: 'THAW_DEFAULT_MEMORY',
    kind: 'number',
    min: 0.0625,
    max: 16_384,
    default: 1,
    help: 'GiB of memory of a sandbox that asks for none',
  },
  pids: {
    flag: 'pids',
    variable: 'THAW_DEFAULT_PIDS',
    kind: 'integer',
    min: 16,
    max: 1_000_000,
    default: 512,
    help: 'processes and threads a sandbox may have',
  },
  user: {
    flag: 'user',
    variable: 'THAW_DEFAULT_USER',
    kind: 'text',
    default: 'daytona',
    help: 'user that commands run as when a sandbox asks for none',
  },
  autoStop: {
    flag: 'auto-stop',
    variable: 'THAW_AUTO_STOP_MINUTES',
    kind: 'integer',
    min: 0,
    max: 5_256_000,
    default: 15,
    help: 'idle minutes until a sandbox stops; 0 never',
  },
  maxSandboxes: {
    flag: 'max-sandboxes',
    variable: 'THAW_MAX_SANDBOXES',
    kind: 'integer',
    min: 1,
    max: 100_000,
    default: 200,
    help: 'sandboxes that may exist at once, whatever their state',
  },
  maxArchiveGiB: {
    flag: 'max-archive-gib',
    variable: 'THAW_MAX_ARCHIVE_GIB',
    kind: 'number',
    min: 0.001,
    max: 1_000_000,
    default: null,
    shownDefault: 'a quarter of the disk of the state directory',
    help: 'GiB of archives and backups; what would pass it is refused',
  },
  maxSnapshotGiB: {
    flag: 'max-snapshot-gib',
    variable: 'THAW_MAX_SNAPSHOT_GIB',
    kind: 'number',
    min: 0.001,
    max: 1_000_000,
    default: null,
    shownDefault: "half of the Docker Engine's disk, 100 where it cannot be seen",
    help: 'GiB of snapshots beside the default one; what would pass it is refused',
  },
  minFreeGiB: {
    flag: 'min-free-gib',
    variable: 'THAW_MIN_FREE_GIB',
    kind: 'number',
    min: 0,
    max: 1_000_000,
    default: null,
    shownDefault: '1, or 2 % of a smaller disk',
    help: 'GiB left free on a disk: archives, backups and snapshots are refused below it',
  },
  helper: {
    flag: 'helper',
    variable: 'THAW_HELPER',
    kind: 'choice',
    choices: ['on', 'off'],
    default: 'on',
    help: 'host helper container; off uses the Docker API alone and is slower',
  },
  directLinks: {
    flag: 'direct-links',
    variable: 'THAW_DIRECT_LINKS',
    kind: 'choice',
    choices: ['on', 'off'],
    default: 'on',
    help: "sockets straight to the agents, where the owner may trace them; off keeps to the Docker Engine's streams and is slower",
  },
  ...httpOptions,
  ...previewOptions,
  openRanges: {
    flag: 'open-ranges',
    variable: 'THAW_OPEN_RANGES',
    kind: 'text',
    default: null,
    shownDefault: 'none',
    help: 'private addresses and networks that sandboxes may reach, comma-separated',
  },
  ...surfaceOptions,
  maxClients: {
    flag: 'max-clients',
    variable: 'THAW_MAX_CLIENTS',
    kind: 'integer',
    min: 1,
    max: 10_000,
    default: 256,
    help: 'MCP clients at once; more are turned away',
  },
  ...sshOptions,
  idleMinutes: {
    flag: 'idle-minutes',
    variable: 'THAW_IDLE_MINUTES',
    kind: 'number',
    min: 0,
    max: 525_600,
    default: 30,
    help: 'minutes without a client and without a running sandbox until the owner exits; 0 never',
  },
  logLevel: {
    flag: 'log-level',
    variable: 'THAW_LOG_LEVEL',
    kind: 'choice',
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
    default: 'info',
    help: 'least important lines that are logged',
  },
} as const satisfies Record<string, OwnerOption>;

/** The table in its order, for those who treat all options alike. */
export const ownerOptionList: readonly OwnerOption[] = Object.values(ownerOptions);

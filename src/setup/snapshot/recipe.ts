/** What the default snapshot holds. The recipe is a value: its hash names the image, and tests use a smaller one. */
import { shortHash } from '../host.ts';

export interface SnapshotRecipe {
  /** Raise it when the way of building changes and old images must not be used any more. */
  readonly version: number;
  /** Debian package names. */
  readonly packages: readonly string[];
  /** The account that commands run as unless asked otherwise. */
  readonly user: { readonly name: string; readonly uid: number; readonly home: string };
  readonly env: Readonly<Record<string, string>>;
}

const user = { name: 'daytona', uid: 1000, home: '/home/daytona' } as const;
const env = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
} as const;

export const defaultRecipe: SnapshotRecipe = {
  version: 2,
  packages: [
    'bash',
    'coreutils',
    'procps',
    'iproute2',
    'nftables',
    'less',
    'ca-certificates',
    'curl',
    'git',
    'openssh-client',
    'rsync',
    'rsync',
    'ripgrep',
    'zstd',
    'python3',
    'python3-venv',
    'python3-pip',
    'nodejs',
  ],
  user,
  env,
};

/** Enough for tests that only run commands and programs in Python. */
export const minimalRecipe: SnapshotRecipe = {
  version: 2,
  packages: ['procps', 'python3-minimal'],
  user,
  env,
};

export const recipeHash = (recipe: SnapshotRecipe): string => shortHash(JSON.stringify(recipe));

/** The image of a recipe in a daemon. */
export const recipeImage = (recipe: SnapshotRecipe): string => `thaw/default:${recipeHash(recipe)}`;

/** Settings of an image that has a root file system alone, as Dockerfile instructions. */
export const imageChanges = (recipe: SnapshotRecipe): readonly string[] => [
  ...Object.entries(recipe.env).map(([name, value]) => `ENV ${name}=${value}`),
  `WORKDIR ${recipe.user.home}`,
  'CMD ["/bin/bash"]',
];

/** Run as root inside the new root file system when its packages are there: the account, and what must not be shared or kept. */
export const finishScript = (recipe: SnapshotRecipe): string =>
  [
    'set -eu',
    `id ${recipe.user.name} >/dev/null 2>&1 || useradd --create-home --home-dir ${recipe.user.home} --uid ${recipe.user.uid} --shell /bin/bash ${recipe.user.name}`,
    // One file to map in place of a dozen to open: every start of bash or Python is about 0.2 ms shorter. The base may have it already.
    'if [ -d /usr/lib/locale/C.utf8 ]; then localedef --add-to-archive --replace /usr/lib/locale/C.utf8; fi',
    ': > /etc/machine-id',
    'rm -f /var/lib/dbus/machine-id /etc/ssh/ssh_host_*',
    'apt-get clean',
    'rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/debconf/*-old /var/lib/dpkg/*-old',
    'rm -rf /var/log/* /tmp/* /root/.cache /usr/share/man/* /usr/share/info/* /usr/share/lintian /usr/share/locale/*',
    'find /usr/share/doc -depth -type f ! -name copyright -delete',
    'find /usr/share/doc -depth -type d -empty -delete',
    'mkdir -p /var/log/apt /var/cache/apt/archives/partial',
  ].join('\n');

/** dpkg settings that keep documentation and translations out, during the build and in the sandbox. */
export const dpkgSettings = [
  'path-exclude=/usr/share/man/*',
  'path-exclude=/usr/share/info/*',
  'path-exclude=/usr/share/locale/*',
  'path-exclude=/usr/share/lintian/*',
  'path-exclude=/usr/share/doc/*',
  'path-include=/usr/share/doc/*/copyright',
  'force-unsafe-io',
  '',
].join('\n');

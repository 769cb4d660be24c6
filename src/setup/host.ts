/** What set-up knows about the machine it runs on, handed in so that tests can fabricate it. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Host {
  readonly platform: NodeJS.Platform;
  readonly env: Environment;
  /** The user's home directory. */
  readonly home: string;
  /** Whether set-up may act as the administrator of this machine. */
  readonly isRoot: boolean;
  /** Put before the absolute paths of the usual sockets and system files; empty but in tests. */
  readonly fileSystemRoot: string;
}

/** The parts of Node's `process` that describe a host. */
export interface ProcessFacts {
  readonly platform: NodeJS.Platform;
  readonly getuid?: () => number;
}

/** `env` is the process's environment, which only `config.ts` reads. */
export function describeHost(facts: ProcessFacts, env: Environment, home: string): Host {
  return { platform: facts.platform, env, home, isRoot: facts.getuid?.() === 0, fileSystemRoot: '' };
}

/** A setting of the environment; an empty one counts as not set, as it does for Docker. */
export function setting(host: Host, name: string): string | undefined {
  const value = host.env[name];
  return value === undefined || value === '' ? undefined : value;
}

/** Where the managed engine keeps images and containers. */
export function defaultEngineDir(host: Host): string {
  return setting(host, 'THAW_ENGINE_DIR') ?? '/var/lib/thaw/engine';
}

/** Where results that can be made again are kept: root file systems of snapshots. */
export function defaultCacheDir(host: Host): string {
  const explicit = setting(host, 'THAW_CACHE_DIR');
  if (explicit !== undefined) return explicit;
  if (host.isRoot && host.platform === 'linux') return '/var/cache/thaw';
  return join(setting(host, 'XDG_CACHE_HOME') ?? join(host.home, '.cache'), 'thaw');
}

/** A few hexadecimal digits that stand for `text` in names whose length is limited. */
export const shortHash = (text: string, digits = 12): string =>
  createHash('sha256').update(text).digest('hex').slice(0, digits);

/**
 * The private Docker daemon that Thaw runs where none answers: own data, sockets, pid file, address range and packet
 * filter chains, so that it disturbs no other daemon. It outlives the process that starts it.
 */
import type { DockerEndpoint } from '../engine/docker/endpoint.ts';
import type { ManagedSource } from './discover.ts';
import { whyUnusable } from './discovery/ping.ts';
import { withFileLock } from './file-lock.ts';
import { commandEnvironment, findProgram } from './find-program.ts';
import type { Host } from './host.ts';
import { engineLayout } from './managed/layout.ts';
import { ensureRunning, startDeadlineMs } from './managed/start.ts';
import { stopRunning } from './managed/stop.ts';

/** Longer than one start takes at most: a second process waits for the first one's. */
const lockWaitMs = startDeadlineMs + 30_000;

export interface ManagedOptions {
  readonly host: Host;
  readonly engineDir: string;
  /** For tests; default `/run/thaw`. */
  readonly runtimeRoot?: string | undefined;
}

/** Why this machine cannot run a managed daemon; null when it can. */
export async function whyManagedImpossible(host: Host): Promise<string | null> {
  if (host.platform !== 'linux') return `a managed daemon needs Linux, and this is ${host.platform}`;
  if (!host.isRoot) return 'a managed daemon needs root';
  for (const name of ['dockerd', 'containerd', 'iptables']) {
    if ((await findProgram(host, name)) === null) return `${name} is not installed`;
  }
  return null;
}

/** The socket of the managed daemon if it answers, else null. Starts nothing. */
export async function answeringManagedEngine(options: ManagedOptions): Promise<DockerEndpoint | null> {
  const { socket } = engineLayout(options.engineDir, options.runtimeRoot);
  const endpoint: DockerEndpoint = { kind: 'socket', path: socket };
  return (await whyUnusable(endpoint)) === null ? endpoint : null;
}

export interface StartedEngine {
  readonly endpoint: DockerEndpoint;
  /** Whether this call started it. */
  readonly started: boolean;
}

/** The managed daemon's endpoint, started when it does not run. Of several callers at once one starts it. */
export async function startManagedEngine(
  options: ManagedOptions,
): Promise<StartedEngine | { readonly reason: string }> {
  const { host } = options;
  const answering = await answeringManagedEngine(options);
  if (answering !== null) return { endpoint: answering, started: false };
  const reason = await whyManagedImpossible(host);
  const binary = await findProgram(host, 'dockerd');
  if (reason !== null || binary === null) return { reason: reason ?? 'dockerd is not installed' };
  const layout = engineLayout(options.engineDir, options.runtimeRoot);
  const started = await withFileLock(layout.lockFile, lockWaitMs, () =>
    ensureRunning(layout, binary, commandEnvironment(host)),
  );
  return { endpoint: { kind: 'socket', path: layout.socket }, started };
}

/** Ends the managed daemon of this directory, that one only. Answers whether it ran. */
export async function stopManagedEngine(options: ManagedOptions): Promise<boolean> {
  const layout = engineLayout(options.engineDir, options.runtimeRoot);
  return await withFileLock(layout.lockFile, lockWaitMs, () =>
    stopRunning(layout, commandEnvironment(options.host)),
  );
}

/** Discovery's view that starts nothing. */
export const observeManaged = (options: ManagedOptions): ManagedSource => ({
  async open() {
    const endpoint = await answeringManagedEngine(options);
    return endpoint === null ? { reason: 'it does not run' } : { endpoint };
  },
});

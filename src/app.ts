/** The composition root of the owner: config to lock, engine, servers and idle watch; and how all of it ends. */
import { rmSync } from 'node:fs';
import { tools } from '../tools/index.ts';
import { type OwnerHttp, openKeyBook, openOwnerHttp } from './app-http.ts';
import type { AdmitToken } from './backend/sandbox-access.ts';
import type { Clock } from './clock.ts';
import { toTimestamp } from './clock.ts';
import { openControlServer } from './control/control-server.ts';
import { type EngineOpener, EngineSupply } from './control/engine-supply.ts';
import { watchIdleness } from './control/idle-watch.ts';
import { answerKeyCall } from './control/key-requests.ts';
import type { OwnerConfig } from './control/owner-config.ts';
import { type OwnerLock, removeOwnerFacts, takeOwnerLock, writeOwnerFacts } from './control/owner-lock.ts';
import { ensurePrivateDir } from './control/private-dir.ts';
import { pruneLogs, pruneReport } from './control/prune.ts';
import type { OwnerStatus } from './control/status.ts';
import { ThawError } from './errors.ts';
import { fileLinks } from './file-links.ts';
import { KeyBook } from './keys/key-book.ts';
import { ensureSecret } from './keys/secret-file.ts';
import type { Logger } from './log.ts';
import { type Meter, measuring } from './metrics/measure-backend.ts';
import { describePreviews, openPreviews } from './preview/open.ts';
import type { BackendSource } from './server/call-tool.ts';
import { Connections } from './server/connections.ts';
import type { ProtocolExtension } from './server/extension.ts';
import { openSocketServer } from './server/socket-server.ts';
import { configuredWords } from './server/surface-settings.ts';
import { Surfaces } from './server/surfaces.ts';
import { TaskBook } from './server/tasks/task-book.ts';
import type { SshGateway } from './ssh/gateway.ts';
import { version } from './version.ts';

export interface OwnerDependencies {
  readonly config: OwnerConfig;
  readonly openEngine: EngineOpener;
  readonly clock: Clock;
  readonly log: Logger;
  readonly pid: number;
  /** The flags that it was started with, for who has to start it again. */
  readonly args: readonly string[];
  /** Added to the MCP servers; nothing by default. */
  readonly extension?: ProtocolExtension;
  /** How long calls wait for the engine; tests shorten it. */
  readonly waitMs?: number;
}

export interface ShutdownOptions {
  readonly sandboxes: 'keep' | 'stop';
  /** Whether a Docker Engine that Thaw runs ends too, when nothing runs in it. */
  readonly release: boolean;
}

export interface Owner {
  /** Resolves once everything is closed and the lock is free. Rejects when closing failed. */
  readonly closed: Promise<void>;
  /** The first call counts; more change nothing. */
  shutdown(options: ShutdownOptions): void;
}

const MS_PER_MINUTE = 60_000;
/** Longer than stopping many sandboxes and the managed engine takes; what is cut off is cleaned by the next start. */
const CLOSE_LIMIT_MS = 110_000;

/** Null when another owner has the state directory. Throws the errno of what could not be opened. */
export async function startOwner(dependencies: OwnerDependencies): Promise<Owner | null> {
  const { paths } = dependencies.config;
  ensurePrivateDir(paths.stateDir);
  if (paths.socketDir !== null) ensurePrivateDir(paths.socketDir);
  const lock = takeOwnerLock(paths);
  if (lock === null) return null;
  try {
    return await open(dependencies, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Null when it is off or cannot listen, which is no reason to be without sandboxes. */
async function openSsh({
  config: { sshHost, sshPort, paths },
  supply,
  log,
}: {
  readonly config: OwnerConfig;
  readonly supply: EngineSupply;
  readonly log: Logger;
}): Promise<SshGateway | null> {
  if (sshPort === 0) return null;
  try {
    // Loaded only now: it takes as long as all else that an owner loads before it listens.
    const { openGateway } = await import('./ssh/gateway.ts');
    const admit: AdmitToken = async (token, signal) => (await supply.acquire({ signal })).admitSsh(token);
    return await openGateway({ host: sshHost, port: sshPort, stateDir: paths.stateDir, admit, log });
  } catch (error) {
    log.error({ err: error }, 'the SSH gateway does not run');
    return null;
  }
}

async function open(
  { config, openEngine, clock, log, pid, args, waitMs, extension = {} }: OwnerDependencies,
  lock: OwnerLock,
) {
  const { paths } = config;
  const startedAtMs = clock.now();
  const startedAt = toTimestamp(startedAtMs);
  const removeSockets = (): void => {
    if (paths.socketDir === null) return;
    for (const socket of [paths.mcpSocket, paths.controlSocket]) rmSync(socket, { force: true });
  };
  writeOwnerFacts(paths, { pid, version, startedAt, args: [...args] });
  removeSockets();

  const previews = await openPreviews({
    config,
    target: () => supply.engine?.previewTarget ?? null,
    clock,
    log,
  });
  let ssh: SshGateway | null = null;
  const supply: EngineSupply = new EngineSupply({
    open: openEngine,
    sshEndpoint: () => ssh?.endpoint ?? null,
    previewBase: () => previews?.base ?? null,
    clock,
    log,
    ...(waitMs === undefined ? {} : { waitMs }),
  });
  const meter: Meter = { clock, observe: null };
  const measured = measuring(meter);
  const backend: BackendSource = async (context) => measured(await supply.acquire(context));
  const surfaces = new Surfaces([...tools, ...(extension.tools ?? [])], configuredWords(config));
  const keys = openKeyBook(paths.stateDir, clock, log);
  let http: OwnerHttp | null = null;
  const links = fileLinks({ base: () => http?.listener?.url ?? null, clock });
  const tasks = new TaskBook(ensureSecret(paths.stateDir, 'task-secret', log));
  const local = { catalogue: surfaces.for(null), backend, links, tasks, clock, log };
  const connections = new Connections(local, extension);
  const status = async (): Promise<OwnerStatus> => ({
    pid,
    version,
    startedAt,
    uptimeSeconds: Math.round((clock.now() - startedAtMs) / 1000),
    stateDir: paths.stateDir,
    mcpSocket: paths.mcpSocket,
    previews: previews === null ? null : describePreviews(previews.base),
    clients: [...connections.clients()],
    http: http?.status() ?? null,
    ssh: ssh === null ? null : { host: ssh.endpoint.host, port: ssh.endpoint.port, visitors: ssh.visitors },
    preparation: { state: supply.state, message: supply.message },
    engine: supply.engine === null ? null : { ...supply.engine.status() },
    disk: (await supply.engine?.disk()) ?? null,
  });

  let beginShutdown: (options: ShutdownOptions) => void = () => {};
  const wish = new Promise<ShutdownOptions>((resolve) => {
    beginShutdown = resolve;
  });
  const { maxClients } = config;
  const mcp = await openSocketServer({
    path: paths.mcpSocket,
    connections,
    surfaces,
    hostPaths: config.hostPaths,
    maxClients,
    clock,
    log,
  });
  const closeControl = await openControlServer({
    path: paths.controlSocket,
    pid,
    status,
    prune: async ({ dryRun }) => {
      const engine = await supply.acquire({ signal: new AbortController().signal });
      const items = await engine.prune({ dryRun });
      return pruneReport(dryRun, [...items, ...(await pruneLogs(paths.logFile, clock.now(), dryRun))]);
    },
    keys: (call) => answerKeyCall(call, keys ?? new KeyBook(paths.stateDir, clock)),
    stop: ({ sandboxes }) => beginShutdown({ sandboxes, release: sandboxes === 'stop' }),
    log,
  });
  log.info({ pid, version, socket: paths.mcpSocket }, 'owner listens');
  const previewBase = () => previews?.base ?? null;
  const served = { surfaces, connections, tasks, extension };
  http = await openOwnerHttp({ ...served, config, keys, supply, backend, meter, previewBase, clock, log });
  ssh = await openSsh({ config, supply, log });

  const isBusy = (): boolean =>
    connections.size > 0 ||
    (http?.wasUsed() ?? false) ||
    supply.state === 'preparing' ||
    (supply.engine?.runningSandboxes() ?? 0) > 0;
  const endWatch =
    config.idleMinutes === 0
      ? () => {}
      : watchIdleness({
          idleMs: config.idleMinutes * MS_PER_MINUTE,
          isBusy,
          onIdle: () => beginShutdown({ sandboxes: 'keep', release: true }),
          clock,
        });

  const close = async (): Promise<void> => {
    const options = await wish;
    log.info(options, 'owner shuts down');
    endWatch();
    await mcp.close();
    await http?.close();
    await previews?.close();
    closeControl();
    await ssh?.close();
    removeSockets();
    const leavesWork = options.sandboxes === 'keep' && (supply.engine?.runningSandboxes() ?? 0) > 0;
    try {
      await connections.closeAll();
      await supply.close(options);
      if (!leavesWork) removeOwnerFacts(paths);
    } finally {
      lock.release();
    }
    log.info('owner ended');
  };
  const tooLate = wish.then(
    () =>
      new Promise<never>((_resolve, reject) => {
        clock.schedule(CLOSE_LIMIT_MS, () =>
          reject(new ThawError('timeout', 'Closing the engine took too long.')),
        );
      }),
  );
  return { closed: Promise.race([close(), tooLate]), shutdown: beginShutdown };
}

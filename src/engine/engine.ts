/** The embedded backend: opens, serves and closes. */
import type { CreateSandbox } from '../../schemas/create-sandbox.ts';
import type { CallContext } from '../backend/port.ts';
import { Templates } from './build/templates.ts';
import { watchChanges } from './change-feed.ts';
import { diffSandbox } from './changes/sandbox-changes.ts';
import { closeEngine } from './close.ts';
import { codeOperations } from './code/code-operations.ts';
import { interpreterOperations } from './code/interpreters.ts';
import { commandOperations } from './commands/run-command.ts';
import type { EngineContext } from './context.ts';
import { copyOperations } from './copy-operations.ts';
import { DaemonLink } from './daemon-link.ts';
import { pruneEngine } from './disk/prune.ts';
import { measureDisk, ParkedSizes } from './disk/use.ts';
import type { EngineInfo, EngineVersion } from './docker/port.ts';
import { execCommand } from './exec/exec.ts';
import { fileSystemOperations } from './file-system/file-system-operations.ts';
import { listSandboxFiles, readSandboxFile, writeSandboxFile } from './files/file-operations.ts';
import { gitOperations } from './git/git-operations.ts';
import { jobOperations } from './jobs/job-operations.ts';
import { sessionOperations } from './jobs/session-operations.ts';
import { checkCreate } from './lifecycle/check-create.ts';
import { type Creation, createSandbox } from './lifecycle/create.ts';
import { createBuilt } from './lifecycle/create-built.ts';
import { daemonListener } from './lifecycle/daemon-listener.ts';
import { deleteSandbox } from './lifecycle/delete.ts';
import { listRecords } from './lifecycle/list.ts';
import { pauseSandbox } from './lifecycle/pause.ts';
import { recoverSandbox } from './lifecycle/recover.ts';
import { resizeSandbox } from './lifecycle/resize.ts';
import { resumeSandbox } from './lifecycle/resume.ts';
import { settingsOperations } from './lifecycle/settings.ts';
import { startSandbox } from './lifecycle/start.ts';
import { stopSandbox } from './lifecycle/stop.ts';
import { startTimers } from './lifecycle/timers.ts';
import { toApiSandbox } from './lifecycle/to-api.ts';
import type { ManagedSandbox } from './managed-sandbox.ts';
import { readNetworkLog } from './network/network-log.ts';
import { setNetwork } from './network/set-network.ts';
import { openContext } from './open-context.ts';
import type { Engine, EngineOptions, EngineStatus } from './options.ts';
import { poolOperations } from './pool/pool-operations.ts';
import { Pools } from './pool/pools.ts';
import { previewOperations } from './preview/preview-operations.ts';
import { PreviewTokens } from './preview/preview-tokens.ts';
import { previewTarget } from './preview/target.ts';
import { reconcile } from './reconcile/reconcile.ts';
import { searchSandbox } from './search/search.ts';
import { signingOperations } from './signing.ts';
import { buildOperations, snapshotOperations } from './snapshot-operations.ts';
import { sshOperations } from './ssh/ssh-operations.ts';
import { systemOperations } from './system/system-operations.ts';
import { terminalOperations } from './terminals/terminal-operations.ts';
import { volumeOperations } from './volumes/volume-operations.ts';

interface Parts {
  readonly context: EngineContext;
  readonly pools: Pools;
  readonly templates: Templates;
  readonly link: DaemonLink;
  readonly info: EngineInfo;
  readonly version: EngineVersion;
}

/** A template that must be built first makes the difference; one that was built is a snapshot as any other. */
async function create(
  { context, pools, templates }: Parts,
  input: CreateSandbox,
  call: CallContext,
): Promise<Creation> {
  const { buildInfo } = input;
  const built = buildInfo === undefined ? null : templates.ready(buildInfo);
  if (buildInfo !== undefined && built === null)
    return await createBuilt({ context, pools, templates }, { ...input, buildInfo }, call);
  const { snapshots } = context;
  const snapshot = built === null ? snapshots.resolve(input.snapshot, call) : snapshots.resolveId(built.id);
  context.snapshots.use(snapshot, context.clock.now());
  return await createSandbox(context, pools.for(snapshot), input, call);
}

function lifecycle(parts: Parts): Engine['lifecycle'] {
  const { context, info } = parts;
  const { registry, clock } = context;
  const change = async (
    name: string,
    call: CallContext,
    work: (sandbox: ManagedSandbox) => Promise<void>,
  ) => {
    const sandbox = registry.find(name, call);
    await work(sandbox);
    return toApiSandbox(context, sandbox.record);
  };
  return {
    async create(input, call: CallContext) {
      const started = clock.monotonic();
      checkCreate(context, info, input, call);
      const { sandbox, startedFrom } = await create(parts, input, call);
      const tookMs = Math.round((clock.monotonic() - started) * 1000) / 1000;
      return { ...toApiSandbox(context, sandbox.record), startedFrom, tookMs };
    },
    list: async (query, call) =>
      listRecords(
        registry.of(call).map(({ record }) => record),
        query,
      ),
    get: async (sandbox, call) => toApiSandbox(context, registry.find(sandbox, call).record),
    start: (name, call) => change(name, call, (sandbox) => startSandbox(context, sandbox)),
    stop: (name, { force }, call) => change(name, call, (sandbox) => stopSandbox(context, sandbox, force)),
    pause: (name, call) => change(name, call, (sandbox) => pauseSandbox(context, sandbox)),
    resume: (name, call) => change(name, call, (sandbox) => resumeSandbox(context, sandbox)),
    recover: (name, { skipStart }, call) =>
      change(name, call, (sandbox) => recoverSandbox(context, sandbox, skipStart)),
    resize: (name, wanted, call) =>
      change(name, call, (sandbox) => resizeSandbox(context, sandbox, wanted, info)),
    delete: async (name, call) =>
      toApiSandbox(context, await deleteSandbox(context, registry.find(name, call))),
  };
}

function countStates({ registry }: EngineContext): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { record } of registry.all()) counts[record.state] = (counts[record.state] ?? 0) + 1;
  return counts;
}

function statusOf({ context, pools, link, info, version }: Parts): EngineStatus {
  const wanted = context.volume === null ? 'off' : context.options.helper;
  return {
    docker: {
      version: version.version,
      storageDriver: info.storageDriver,
      cgroupVersion: info.cgroupVersion,
    },
    snapshot: context.snapshots.default.image,
    pool: pools.figures(),
    sandboxes: countStates(context),
    helper: context.host.mode === 'helper' ? 'on' : wanted === 'off' ? 'off' : 'failed',
    agent: context.volume === null ? 'docker exec' : 'on',
    connected: link.connected,
  };
}

/** States in which nothing of a sandbox would be lost with the Docker Engine; in all others it keeps the owner alive. */
const AT_REST = new Set(['stopped', 'archived', 'error', 'build_failed', 'destroyed']);

/** Opens the store, reconciles what an earlier owner left, and starts the pool and the timers. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { docker } = options;
  const [version, info] = await Promise.all([docker.version(), docker.info()]);
  const context = await openContext(options, info.rootDir);
  const pools = new Pools(context);
  const report = await reconcile(context, pools);
  context.log.info(report, 'the engine is ready');
  const link = new DaemonLink(context, daemonListener(context));
  context.bridge.watch();
  link.start();
  pools.start();
  const stopTimers = startTimers(context);
  const parkedSizes = new ParkedSizes();
  const templates = new Templates(context, pools);
  const parts: Parts = { context, pools, templates, link, info, version };
  const { registry } = context;
  const ssh = sshOperations(context);
  const tokens = new PreviewTokens(context.store.previewTokens, context.clock);
  return {
    kind: 'embedded',
    lifecycle: lifecycle(parts),
    settings: settingsOperations(context),
    ...copyOperations(context, pools),
    volumes: volumeOperations(context),
    network: {
      async set(name, settings, call) {
        const sandbox = registry.find(name, call);
        await setNetwork(context, sandbox, settings);
        return toApiSandbox(context, sandbox.record);
      },
      log: async (name, { limit }, call) => await readNetworkLog(context, registry.find(name, call), limit),
    },
    snapshots: snapshotOperations(context, pools, info),
    builds: buildOperations(context),
    exec: {
      exec: async (name, request, call) =>
        await execCommand(context, registry.find(name, call), request, call),
    },
    jobs: jobOperations(context),
    sessions: sessionOperations(context),
    files: {
      read: async (name, request, call) =>
        await readSandboxFile(context, registry.find(name, call), request, call.signal),
      write: async (name, request, call) =>
        await writeSandboxFile(context, registry.find(name, call), request, call.signal),
      list: async (name, request, call) =>
        await listSandboxFiles(context, registry.find(name, call), request, call.signal),
    },
    search: {
      search: async (name, request, call) =>
        await searchSandbox(context, registry.find(name, call), request, call),
    },
    changes: {
      diff: async (name, request, call) =>
        await diffSandbox(context, registry.find(name, call), request, call),
    },
    commands: commandOperations(context),
    fileSystem: fileSystemOperations(context),
    terminals: terminalOperations(context),
    git: gitOperations(context),
    system: systemOperations(context),
    ssh,
    admitSsh: (token) => ssh.admit(token),
    previews: previewOperations(context, tokens),
    code: codeOperations(context),
    interpreters: interpreterOperations(context),
    previewTarget: previewTarget(context, tokens),
    signing: signingOperations(context),
    pools: poolOperations(context, pools),
    events: watchChanges(context),
    status: () => statusOf(parts),
    prune: ({ dryRun }) => pruneEngine(parts, dryRun),
    disk: () => measureDisk(context, pools, parkedSizes),
    runningSandboxes: () => registry.all().filter(({ record }) => !AT_REST.has(record.state)).length,
    close: (choice) => closeEngine({ context, pools, link, stopTimers }, choice),
  };
}

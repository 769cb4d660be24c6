/** `thaw doctor`: looks at every requirement and capability, and says what is there and what to do about the rest. */
import { access } from 'node:fs/promises';
import { isThawError } from '../errors.ts';
import type { Check, CheckContext, CheckResult, CheckStatus, EngineLookup } from './checks/check.ts';
import { checkpointCheck } from './checks/checkpoint.ts';
import { readDaemonFacts } from './checks/daemon-facts.ts';
import { liveRestoreCheck, reachableCheck, storageCheck, versionCheck } from './checks/docker.ts';
import {
  cgroupCheck,
  controllersCheck,
  gvisorCheck,
  seccompCheck,
  userNamespaceCheck,
} from './checks/isolation.ts';
import {
  agentCheck,
  compilerCheck,
  debootstrapCheck,
  directLinkCheck,
  snapshotCheck,
} from './checks/made-things.ts';
import { nodeCheck } from './checks/node.ts';
import { diskCheck, ownerCheck, stateDirCheck } from './checks/storage.ts';
import { discoverEngine, type ManagedSource } from './discover.ts';
import { defaultCacheDir, defaultEngineDir, type Host, setting } from './host.ts';
import { observeManaged, whyManagedImpossible } from './managed-engine.ts';
import { defaultRecipe, recipeImage } from './snapshot/recipe.ts';

/** In the order in which they are shown. */
const checks: readonly Check[] = [
  nodeCheck,
  reachableCheck,
  versionCheck,
  storageCheck,
  cgroupCheck,
  controllersCheck,
  seccompCheck,
  userNamespaceCheck,
  liveRestoreCheck,
  checkpointCheck,
  gvisorCheck,
  snapshotCheck,
  agentCheck,
  directLinkCheck,
  compilerCheck,
  debootstrapCheck,
  diskCheck,
  stateDirCheck,
  ownerCheck,
];

export interface DoctorOptions {
  readonly host: Host;
  readonly nodeVersion: string;
  /** A flag's value; without one the environment decides. */
  readonly dockerHost?: string | undefined;
  readonly stateDir: string;
  readonly engineDir?: string | undefined;
  readonly cacheDir?: string | undefined;
  /** An image in place of the default snapshot's own; default THAW_DEFAULT_IMAGE. */
  readonly image?: string | undefined;
  readonly ownerPid: number | null;
  readonly runtimeRoot?: string | undefined;
}

export interface DoctorReport {
  readonly checks: readonly (CheckResult & { readonly id: string; readonly title: string })[];
  /** False when something that Thaw cannot do without is missing. */
  readonly usable: boolean;
}

async function lookUpEngine(options: DoctorOptions, engineDir: string): Promise<EngineLookup> {
  const { host, dockerHost, runtimeRoot } = options;
  const observed = observeManaged({ host, engineDir, runtimeRoot });
  let askedManaged = false;
  const managed: ManagedSource = {
    open: () => {
      askedManaged = true;
      return observed.open();
    },
  };
  try {
    const found = await discoverEngine({ host, dockerHost, managed });
    return { ...found, daemon: await readDaemonFacts(found.endpoint) };
  } catch (error) {
    if (!isThawError(error)) throw error;
    const startable = askedManaged && (await whyManagedImpossible(host)) === null;
    return { problem: error.message, advice: error.next, startable };
  }
}

/** Docker Desktop's daemon has a local socket and runs in a virtual machine: its files are what tells. */
async function isLocal(host: Host, engine: EngineLookup): Promise<boolean> {
  if (host.platform !== 'linux' || !('daemon' in engine) || engine.endpoint.kind !== 'socket') return false;
  return await access(engine.daemon.DockerRootDir).then(
    () => true,
    (error: unknown) => error instanceof Error && 'code' in error && error.code === 'EACCES',
  );
}

/** Starts and changes nothing. A check that breaks is reported as a warning of its own. */
export async function runDoctor(options: DoctorOptions): Promise<DoctorReport> {
  const { host } = options;
  const engineDir = options.engineDir ?? defaultEngineDir(host);
  const engine = await lookUpEngine(options, engineDir);
  const context: CheckContext = {
    host,
    nodeVersion: options.nodeVersion,
    engine,
    engineDir,
    cacheDir: options.cacheDir ?? defaultCacheDir(host),
    stateDir: options.stateDir,
    snapshotImage: options.image ?? setting(host, 'THAW_DEFAULT_IMAGE') ?? recipeImage(defaultRecipe),
    ownerPid: options.ownerPid,
    local: await isLocal(host, engine),
  };
  const results = await Promise.all(
    checks.map(async (check) => {
      const result = await check.run(context).catch(
        (error: unknown): CheckResult => ({
          status: 'warn',
          found: `could not be checked: ${error instanceof Error ? error.message : 'for an unknown reason'}`,
        }),
      );
      return { id: check.id, title: check.title, ...result };
    }),
  );
  return { checks: results, usable: results.every(({ status }) => status !== 'fail') };
}

const marks: Readonly<Record<CheckStatus, string>> = { ok: 'ok  ', info: 'info', warn: 'WARN', fail: 'FAIL' };

/** The report as text for a terminal, with a newline at its end. */
export function formatReport({ checks, usable }: DoctorReport): string {
  const width = Math.max(...checks.map(({ title }) => title.length));
  const lines = checks.flatMap(({ status, title, found, advice }) => {
    const [first = '', ...more] = found.split('\n');
    const indent = ' '.repeat(width + 8);
    return [
      `${marks[status]}  ${title.padEnd(width)}  ${first}`,
      ...more.map((line) => `${indent}${line}`),
      ...(advice === undefined ? [] : [`${indent}-> ${advice}`]),
    ];
  });
  const verdict = usable ? 'Thaw can run here.' : 'Thaw cannot run here yet: see what is marked FAIL.';
  return `${[...lines, '', verdict].join('\n')}\n`;
}

/** The exit status of `thaw doctor`. */
export const exitStatus = ({ usable }: DoctorReport): 0 | 1 => (usable ? 0 : 1);

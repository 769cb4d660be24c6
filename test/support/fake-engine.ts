/** An engine without Docker for tests of the owner's process: a few sandboxes in memory, and commands with fixed meaning. */

import type { Sandbox } from '../../schemas/sandbox.ts';
import type { CallContext } from '../../src/backend/port.ts';
import type { Engine, EngineStatus } from '../../src/engine/options.ts';
import { ThawError } from '../../src/errors.ts';
import { newSandboxId } from '../../src/ids.ts';
import { sandboxFixture } from './sandbox-fixture.ts';
import { unplannedGroups } from './unplanned-groups.ts';

const unplanned = (operation: string): never => {
  throw new Error(`the fake engine has no ${operation}`);
};

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve());
    if (signal.aborted) resolve();
  });

/** `echo TEXT` prints it, `size N` prints N bytes, `wait` runs until the call is aborted. */
async function runCommand(command: string, { signal }: CallContext): Promise<string> {
  const [word, rest = ''] = command.split(/ (.*)/s);
  if (word === 'echo') return rest;
  if (word === 'size') return 'x'.repeat(Number(rest));
  if (word === 'wait') {
    await untilAborted(signal);
    throw new ThawError('cancelled', 'The call was cancelled.');
  }
  return unplanned(`command ${word}`);
}

export interface FakeEngineEvents {
  /** Called with what the engine was closed with. */
  readonly onClose: (sandboxes: 'keep' | 'stop') => void;
}

export function fakeEngine(events: FakeEngineEvents): Engine {
  const sandboxes = new Map<string, Sandbox>();
  const find = (name: string): Sandbox => {
    const found = [...sandboxes.values()].find((sandbox) => sandbox.id === name || sandbox.name === name);
    if (found === undefined) throw new ThawError('sandbox_not_found', `There is no sandbox "${name}".`);
    return found;
  };
  const move = (name: string, state: Sandbox['state']): Sandbox => {
    const moved = { ...find(name), state };
    sandboxes.set(moved.id, moved);
    return moved;
  };
  const running = (): number => [...sandboxes.values()].filter(({ state }) => state === 'started').length;
  const status = (): EngineStatus => ({
    docker: { version: '0.0.0-fake', storageDriver: 'none', cgroupVersion: 2 },
    snapshot: 'default',
    pool: { target: 4, parked: 4, starting: 0, hits: 0, misses: 0, lastError: null },
    sandboxes: { started: running(), stopped: sandboxes.size - running() },
    helper: 'on',
    agent: 'on',
    connected: true,
  });
  return {
    kind: 'embedded',
    ...unplannedGroups,
    lifecycle: {
      create: async (input) => {
        const id = newSandboxId();
        const sandbox = sandboxFixture({ id, name: input.name ?? id });
        sandboxes.set(id, sandbox);
        return { ...sandbox, startedFrom: 'warm', tookMs: 0.1 };
      },
      list: async () => ({
        items: [...sandboxes.values()],
        total: sandboxes.size,
        page: 1,
        totalPages: 1,
        nextCursor: null,
      }),
      get: async (name) => find(name),
      start: async (name) => move(name, 'started'),
      stop: async (name) => move(name, 'stopped'),
      delete: async (name) => {
        const gone = move(name, 'destroyed');
        sandboxes.delete(gone.id);
        return gone;
      },
      pause: async (name) => move(name, 'paused'),
      resume: async (name) => move(name, 'started'),
      recover: async () => unplanned('recover'),
      resize: async () => unplanned('resize'),
    },
    settings: {
      setLabels: async () => unplanned('setLabels'),
      setPublic: async () => unplanned('setPublic'),
      touch: async (name) => find(name),
      setAutoStop: async () => unplanned('setAutoStop'),
      setAutoArchive: async () => unplanned('setAutoArchive'),
      setAutoDelete: async () => unplanned('setAutoDelete'),
      setTtl: async () => unplanned('setTtl'),
    },
    forks: {
      fork: async () => unplanned('fork'),
      children: async () => unplanned('children'),
      parent: async () => unplanned('parent'),
      ancestors: async () => unplanned('ancestors'),
    },
    archives: { archive: async () => unplanned('archive'), backup: async () => unplanned('backup') },
    snapshots: {
      create: async () => unplanned('create'),
      activate: async () => unplanned('activate'),
      deactivate: async () => unplanned('deactivate'),
      fromSandbox: async () => unplanned('fromSandbox'),
      list: async () => unplanned('list'),
      get: async () => unplanned('get'),
      delete: async () => unplanned('delete'),
    },
    volumes: {
      create: async () => unplanned('volume create'),
      list: async () => unplanned('volume list'),
      get: async () => unplanned('volume get'),
      delete: async () => unplanned('volume delete'),
    },
    network: { set: async () => unplanned('set'), log: async () => unplanned('network log') },
    builds: {
      sandboxLogs: async () => unplanned('sandboxLogs'),
      sandboxLogsUrl: async () => unplanned('sandboxLogsUrl'),
      snapshotLogs: async () => unplanned('snapshotLogs'),
      snapshotLogsUrl: async () => unplanned('snapshotLogsUrl'),
    },
    exec: {
      exec: async (name, { command }, context) => {
        find(name);
        const stdout = await runCommand(command, context);
        const stdoutBytes = Buffer.byteLength(stdout);
        const rest = { signal: null, stderr: '', stderrBytes: 0, truncated: false, durationMs: 1 };
        return { status: 'exited', exitCode: 0, stdout, stdoutBytes, ...rest };
      },
    },
    files: {
      read: async () => unplanned('read'),
      write: async () => unplanned('write'),
      list: async () => unplanned('list'),
    },
    search: { search: async () => unplanned('search') },
    ssh: {
      create: async () => unplanned('ssh create'),
      revoke: async () => unplanned('ssh revoke'),
      validate: async () => ({ valid: false, sandboxId: null }),
    },
    signing: {
      key: async () => unplanned('signing key'),
      rotate: async () => unplanned('rotate'),
      admit: async () => null,
    },
    pools: { list: async () => [], resize: async () => unplanned('resize of a pool') },
    events: { subscribe: () => () => {} },
    admitSsh: () => null,
    previews: {
      url: async () => unplanned('url'),
      signedUrl: async () => unplanned('signedUrl'),
      expire: async () => unplanned('expire'),
      ports: async () => unplanned('ports'),
    },
    code: { run: async () => unplanned('run') },
    interpreters: {
      create: async () => unplanned('create interpreter'),
      list: async () => unplanned('list interpreters'),
      delete: async () => unplanned('delete interpreter'),
      execute: async () => unplanned('execute'),
    },
    previewTarget: {
      admit: () => unplanned('admit'),
      dial: async () => unplanned('dial'),
      ports: async () => unplanned('ports'),
      wake: async () => unplanned('wake'),
      touch: () => unplanned('touch'),
      token: () => unplanned('token'),
    },
    status,
    prune: async ({ dryRun }) => (dryRun ? [{ kind: 'object', what: 'stray.tar.zst', bytes: 2048 }] : []),
    disk: async () => ({
      archives: { count: 0, bytes: 0, limitBytes: 1024 ** 3, freeBytes: 1024 ** 3 },
      snapshots: { count: 0, bytes: 0, limitBytes: 1024 ** 3, freeBytes: null },
      pools: { count: 4, bytes: 0, limit: 4 },
    }),
    runningSandboxes: running,
    close: async ({ sandboxes: wanted }) => events.onClose(wanted),
  };
}

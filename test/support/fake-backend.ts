/** A strict fake of the backend: it answers the calls that a test planned and throws on every other. */
import type { Backend, OperationGroups } from '../../src/backend/port.ts';

/** What the fake answers, by group and operation. */
export type Plan = { readonly [Group in keyof OperationGroups]?: Partial<OperationGroups[Group]> };

export interface FakeBackend {
  readonly backend: Backend;
  /** Every call in order, as `group.operation`, with its arguments but the context. */
  readonly calls: { readonly operation: string; readonly arguments: readonly unknown[] }[];
}

const operations = {
  lifecycle: ['create', 'list', 'get', 'start', 'stop', 'delete', 'pause', 'resume', 'recover', 'resize'],
  settings: ['setLabels', 'setPublic', 'touch', 'setAutoStop', 'setAutoArchive', 'setAutoDelete', 'setTtl'],
  forks: ['fork', 'children', 'parent', 'ancestors'],
  archives: ['archive', 'backup'],
  snapshots: ['create', 'fromSandbox', 'list', 'get', 'delete', 'activate', 'deactivate'],
  builds: ['sandboxLogs', 'sandboxLogsUrl', 'snapshotLogs', 'snapshotLogsUrl'],
  volumes: ['create', 'list', 'get', 'delete'],
  network: ['set', 'log'],
  exec: ['exec'],
  jobs: ['start', 'list', 'get', 'read', 'follow', 'write', 'stop', 'remove'],
  sessions: ['create', 'list', 'get', 'delete', 'exec', 'command', 'logs', 'follow', 'input'],
  files: ['read', 'write', 'list'],
  search: ['search'],
  ssh: ['create', 'revoke', 'validate'],
  previews: ['url', 'signedUrl', 'expire', 'ports'],
  code: ['run'],
  interpreters: ['create', 'list', 'delete', 'execute'],
  changes: ['diff'],
  commands: ['run'],
  fileSystem: [
    'info',
    'list',
    'makeFolder',
    'remove',
    'move',
    'setPermissions',
    'replace',
    'download',
    'upload',
  ],
  terminals: ['create', 'list', 'get', 'resize', 'delete', 'connect'],
  git: [
    'clone',
    'init',
    'status',
    'add',
    'commit',
    'push',
    'pull',
    'branches',
    'createBranch',
    'deleteBranch',
    'checkout',
    'history',
    'reset',
    'restore',
    'remotes',
    'addRemote',
    'getConfig',
    'setConfig',
    'setCredentials',
  ],
  system: ['places', 'metrics'],
  signing: ['key', 'rotate', 'admit'],
  pools: ['list', 'resize'],
} as const satisfies Record<keyof OperationGroups, readonly string[]>;

type AnyOperation = (...args: readonly unknown[]) => Promise<unknown>;

export function fakeBackend(plan: Plan): FakeBackend {
  const calls: { operation: string; arguments: readonly unknown[] }[] = [];
  const build = (group: keyof OperationGroups): object => {
    const planned: Readonly<Record<string, unknown>> = { ...plan[group] };
    return Object.fromEntries(
      operations[group].map((name) => {
        const operation: AnyOperation = async (...args) => {
          calls.push({ operation: `${group}.${name}`, arguments: args.slice(0, -1) });
          const answer = planned[name];
          if (typeof answer !== 'function') throw new Error(`unplanned call of ${group}.${name}`);
          return await Promise.resolve(Reflect.apply(answer, undefined, args));
        };
        return [name, operation];
      }),
    );
  };
  const groups = Object.fromEntries(Object.keys(operations).map((name) => [name, build(groupName(name))]));
  return { backend: asBackend({ kind: 'embedded', ...groups }), calls };
}

const isGroupName = (name: string): name is keyof OperationGroups => Object.hasOwn(operations, name);

function groupName(name: string): keyof OperationGroups {
  if (!isGroupName(name)) throw new Error(`no group ${name}`);
  return name;
}

function isBackend(value: object): value is Backend {
  return Object.keys(operations).every((name) => name in value);
}

function asBackend(value: object): Backend {
  if (!isBackend(value)) throw new Error('the fake lacks a group');
  return value;
}

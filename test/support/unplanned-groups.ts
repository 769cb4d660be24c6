/** Groups of operations of which every call is a mistake of the test. */
import type { OperationGroups } from '../../src/backend/port.ts';

const unplanned = (operation: string) => (): never => {
  throw new Error(`the fake engine has no ${operation}`);
};

export const unplannedGroups = {
  changes: { diff: unplanned('diff') },
  commands: { run: unplanned('run') },
  fileSystem: {
    info: unplanned('info'),
    list: unplanned('list'),
    makeFolder: unplanned('makeFolder'),
    remove: unplanned('remove'),
    move: unplanned('move'),
    setPermissions: unplanned('setPermissions'),
    replace: unplanned('replace'),
    download: unplanned('download'),
    upload: unplanned('upload'),
  },
  sessions: {
    create: unplanned('create'),
    list: unplanned('list'),
    get: unplanned('get'),
    delete: unplanned('delete'),
    exec: unplanned('exec'),
    command: unplanned('command'),
    logs: unplanned('logs'),
    follow: unplanned('follow'),
    input: unplanned('input'),
  },
  jobs: {
    start: unplanned('start'),
    list: unplanned('list'),
    get: unplanned('get'),
    read: unplanned('read'),
    follow: unplanned('follow'),
    write: unplanned('write'),
    stop: unplanned('stop'),
    remove: unplanned('remove'),
  },
  terminals: {
    create: unplanned('create'),
    list: unplanned('list'),
    get: unplanned('get'),
    resize: unplanned('resize'),
    delete: unplanned('delete'),
    connect: unplanned('connect'),
  },
  git: {
    clone: unplanned('clone'),
    init: unplanned('init'),
    status: unplanned('status'),
    add: unplanned('add'),
    commit: unplanned('commit'),
    push: unplanned('push'),
    pull: unplanned('pull'),
    branches: unplanned('branches'),
    createBranch: unplanned('createBranch'),
    deleteBranch: unplanned('deleteBranch'),
    checkout: unplanned('checkout'),
    history: unplanned('history'),
    reset: unplanned('reset'),
    restore: unplanned('restore'),
    remotes: unplanned('remotes'),
    addRemote: unplanned('addRemote'),
    getConfig: unplanned('getConfig'),
    setConfig: unplanned('setConfig'),
    setCredentials: unplanned('setCredentials'),
  },
  system: { places: unplanned('places'), metrics: unplanned('metrics') },
} as const satisfies Partial<OperationGroups>;

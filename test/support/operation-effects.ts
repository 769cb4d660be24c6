/**
 * What each operation of the backend port does to the world, judged by what it is said to do there, and by nothing that a
 * tool says about itself. The types hold it complete.
 */
import type { OperationGroups } from '../../src/backend/port.ts';
import type { HostAccess } from '../../tools/host-access.ts';

/** The same call again: does it change anything more? Can what was there before be lost? */
interface Effect {
  readonly changes: boolean;
  readonly loses: boolean;
  readonly moreEachTime: boolean;
  /** It speaks to hosts that are neither this machine nor a sandbox. */
  readonly outside: boolean;
}

const effect = (changes: boolean, loses: boolean, moreEachTime: boolean, outside = false): Effect => ({
  changes,
  loses,
  moreEachTime,
  outside,
});

const reads = effect(false, false, false);
/** One more thing is there each time. */
const adds = effect(true, false, true);
/** Brings about a state, which is the same however often; files and records stay. */
const sets = effect(true, false, false);
/** What was there is gone, and what is there is the same however often. */
const replaces = effect(true, true, false);
/** What was there may be gone, and each time something else is. */
const edits = effect(true, true, true);
/** Whatever the caller's program does. */
const runs = effect(true, true, true, true);
/** Gone for good. */
const removes = effect(true, true, false);

/** Images, packages and repositories come from elsewhere. */
const fetching = ({ changes, loses, moreEachTime }: Effect): Effect =>
  effect(changes, loses, moreEachTime, true);

type Effects = { readonly [Group in keyof OperationGroups]: Record<keyof OperationGroups[Group], Effect> };

export const effects: Effects & { readonly host: Record<keyof HostAccess, Effect> } = {
  lifecycle: {
    // With buildInfo it builds an image, whose base and packages come from elsewhere.
    create: fetching(adds),
    list: reads,
    get: reads,
    start: sets,
    stop: sets,
    delete: removes,
    pause: sets,
    resume: sets,
    recover: sets,
    resize: sets,
  },
  settings: {
    setLabels: sets,
    setPublic: sets,
    touch: sets,
    setAutoStop: sets,
    setAutoArchive: sets,
    setAutoDelete: sets,
    setTtl: sets,
  },
  forks: { fork: adds, children: reads, parent: reads, ancestors: reads },
  archives: { archive: sets, backup: sets },
  snapshots: {
    create: fetching(adds),
    fromSandbox: adds,
    list: reads,
    get: reads,
    delete: removes,
    activate: sets,
    deactivate: sets,
  },
  builds: { sandboxLogs: reads, sandboxLogsUrl: reads, snapshotLogs: reads, snapshotLogsUrl: reads },
  volumes: { create: adds, list: reads, get: reads, delete: removes },
  network: { set: sets, log: reads },
  exec: { exec: runs },
  jobs: {
    start: runs,
    list: reads,
    get: reads,
    read: reads,
    follow: reads,
    write: runs,
    stop: removes,
    remove: removes,
  },
  sessions: {
    create: adds,
    list: reads,
    get: reads,
    delete: removes,
    exec: runs,
    command: reads,
    logs: reads,
    follow: reads,
    input: runs,
  },
  // It may append.
  files: { read: reads, write: edits, list: reads },
  search: { search: reads },
  changes: { diff: reads },
  // Ends the access that there is.
  ssh: { create: edits, revoke: sets, validate: reads },
  // The token of a sandbox's previews is made when it is first asked for.
  previews: { url: sets, signedUrl: adds, expire: sets, ports: reads },
  code: { run: runs },
  interpreters: { create: adds, list: reads, delete: removes, execute: runs },
  commands: { run: runs },
  fileSystem: {
    info: reads,
    list: reads,
    makeFolder: sets,
    remove: removes,
    move: edits,
    setPermissions: sets,
    replace: edits,
    download: reads,
    upload: replaces,
  },
  terminals: { create: runs, list: reads, get: reads, resize: sets, delete: removes, connect: runs },
  git: {
    // Into a directory that is not there or empty: it takes nothing away.
    clone: fetching(adds),
    init: adds,
    status: reads,
    add: sets,
    commit: adds,
    push: fetching(edits),
    pull: fetching(edits),
    branches: reads,
    createBranch: adds,
    deleteBranch: removes,
    checkout: edits,
    history: reads,
    reset: edits,
    restore: replaces,
    remotes: reads,
    addRemote: adds,
    getConfig: reads,
    setConfig: sets,
    setCredentials: sets,
  },
  system: { places: reads, metrics: reads },
  // The key of a sandbox is made when it is first asked for.
  signing: { key: sets, rotate: replaces, admit: reads },
  pools: { list: reads, resize: sets },
  host: { source: reads, target: replaces },
};

/** Opens the remote backend: every group of the port over one Daytona-compatible API. */
import type { OperationGroups } from '../backend/port.ts';
import { type ApiDependencies, openApi } from './api.ts';
import type { RemoteContext } from './context.ts';
import { buildOperations } from './groups/builds.ts';
import { previewOperations } from './groups/previews.ts';
import { snapshotOperations } from './groups/snapshots.ts';
import { sshOperations } from './groups/ssh.ts';
import { volumeOperations } from './groups/volumes.ts';
import { archiveOperations } from './sandboxes/archives.ts';
import { forkOperations } from './sandboxes/forks.ts';
import { lifecycleOperations } from './sandboxes/lifecycle.ts';
import { networkOperations } from './sandboxes/network.ts';
import { settingsOperations } from './sandboxes/settings.ts';
import { StateEvents } from './state-events.ts';
import { codeOperations } from './toolbox/code.ts';
import { execOperations } from './toolbox/exec.ts';
import { fileSystemOperations } from './toolbox/file-system.ts';
import { fileOperations } from './toolbox/files.ts';
import { gitOperations } from './toolbox/git.ts';
import { interpreterOperations } from './toolbox/interpreters.ts';
import { jobOperations } from './toolbox/jobs.ts';
import { WorkDirectories } from './toolbox/paths.ts';
import { ToolboxPlaces } from './toolbox/places.ts';
import { searchOperations } from './toolbox/search.ts';
import { systemOperations } from './toolbox/system.ts';
import { terminalOperations } from './toolbox/terminals.ts';

/** The groups that this backend offers; the rest of the port is `unsupported_by_backend`. */
type Groups = Pick<
  OperationGroups,
  | 'lifecycle'
  | 'settings'
  | 'forks'
  | 'archives'
  | 'snapshots'
  | 'volumes'
  | 'network'
  | 'builds'
  | 'exec'
  | 'jobs'
  | 'files'
  | 'fileSystem'
  | 'search'
  | 'git'
  | 'code'
  | 'interpreters'
  | 'terminals'
  | 'system'
  | 'ssh'
  | 'previews'
>;

export interface RemoteBackend extends Groups {
  readonly kind: 'remote';
  readonly apiUrl: string;
  /** Ends the connection for events. Never fails. */
  close(): Promise<void>;
}

/** Sends nothing: the first call does. */
export function openRemoteBackend(dependencies: ApiDependencies): RemoteBackend {
  const api = openApi(dependencies);
  const remote: RemoteContext = {
    api,
    events: new StateEvents(dependencies),
    places: new ToolboxPlaces(api),
  };
  const jobs = jobOperations(remote);
  const directories = new WorkDirectories();
  return {
    kind: 'remote',
    apiUrl: api.settings.apiUrl,
    lifecycle: lifecycleOperations(remote),
    settings: settingsOperations(remote),
    forks: forkOperations(remote),
    archives: archiveOperations(remote),
    snapshots: snapshotOperations(remote),
    volumes: volumeOperations(remote),
    network: networkOperations(remote),
    builds: buildOperations(remote),
    exec: execOperations(remote, jobs),
    jobs,
    files: fileOperations(remote, directories),
    fileSystem: fileSystemOperations(remote, directories),
    search: searchOperations(remote),
    git: gitOperations(remote),
    code: codeOperations(remote),
    interpreters: interpreterOperations(remote),
    terminals: terminalOperations(remote),
    system: systemOperations(remote),
    ssh: sshOperations(remote),
    previews: previewOperations(remote),
    close: () => remote.events.close(),
  };
}

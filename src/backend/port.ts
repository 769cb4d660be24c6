/**
 * What a backend offers to the tools: groups of operations in Daytona's vocabulary, and nothing about how.
 * A group that a backend lacks is absent; `requireGroup` turns that into an error that says so.
 */

import type { BuildLogs, BuildLogsRequest, BuildLogsUrl } from '../../schemas/build.ts';
import type {
  BackupOutcome,
  ForkOutcome,
  ForkSandbox,
  ListSnapshots,
  MadeSnapshot,
  Snapshot,
  SnapshotPage,
} from '../../schemas/copies.ts';
import type { CreatedSandbox, CreateSandbox } from '../../schemas/create-sandbox.ts';
import type { CreateSnapshot } from '../../schemas/create-snapshot.ts';
import type { ExecRequest, ExecResult } from '../../schemas/exec.ts';
import type {
  FileContent,
  FileListing,
  ListFiles,
  ReadFile,
  WriteFile,
  WrittenFile,
} from '../../schemas/files.ts';
import type { ListSandboxes, SandboxPage } from '../../schemas/list-sandboxes.ts';
import type { NetworkLog, NetworkSettings } from '../../schemas/network.ts';
import type {
  ExpiredPreviewUrl,
  OpenPorts,
  PortPreviewUrl,
  SignedPortPreviewUrl,
} from '../../schemas/previews.ts';
import type { Sandbox } from '../../schemas/sandbox.ts';
import type { SearchFiles, SearchResult } from '../../schemas/search.ts';
import type { ResizeSandbox } from '../../schemas/settings.ts';
import type { RevokedSsh, SshAccess, SshAccessValidation } from '../../schemas/ssh.ts';
import type { CreateVolume, Volume } from '../../schemas/volumes.ts';
import { ThawError } from '../errors.ts';
import type { ChangeOperations } from './change-operations.ts';
import type { CodeOperations, InterpreterOperations } from './code-operations.ts';
import type { CommandOperations } from './command-operations.ts';
import type { EventFeed } from './events.ts';
import type { FileSystemOperations } from './file-system-operations.ts';
import type { GitOperations } from './git-operations.ts';
import type { JobOperations, SessionOperations } from './jobs.ts';
import type { PoolOperations } from './pool-operations.ts';
import type { SigningOperations } from './signing-operations.ts';
import type { SystemOperations } from './system-operations.ts';
import type { TerminalOperations } from './terminal-operations.ts';

/** What every operation gets beside its input. */
export interface CallContext {
  /** Aborted when the caller gave up or went away: the work stops and what it started is undone. */
  readonly signal: AbortSignal;
  /** Tells a waiting caller what a slow operation is doing. */
  readonly progress?: (message: string) => void;
  /**
   * Whose sandboxes, snapshots and volumes the call may find: anything else is answered like what does not exist.
   * Absent: the owner's own organization, as for local callers.
   */
  readonly organizationId?: string;
  /** The call is no activity of the sandbox: it does not put its auto-stop off. */
  readonly quiet?: boolean;
  /** What is made in the background (builds and templates) is answered as it stands, and the caller looks again. */
  readonly answersAtOnce?: boolean;
}

/** `sandbox` is an id or a name in every operation. All of them throw ThawError only. */
export interface LifecycleOperations {
  create(input: CreateSandbox, context: CallContext): Promise<CreatedSandbox>;
  list(query: ListSandboxes, context: CallContext): Promise<SandboxPage>;
  get(sandbox: string, context: CallContext): Promise<Sandbox>;
  start(sandbox: string, context: CallContext): Promise<Sandbox>;
  stop(sandbox: string, options: { readonly force: boolean }, context: CallContext): Promise<Sandbox>;
  delete(sandbox: string, context: CallContext): Promise<Sandbox>;
  pause(sandbox: string, context: CallContext): Promise<Sandbox>;
  resume(sandbox: string, context: CallContext): Promise<Sandbox>;
  recover(sandbox: string, options: { readonly skipStart: boolean }, context: CallContext): Promise<Sandbox>;
  resize(sandbox: string, wanted: ResizeSandbox, context: CallContext): Promise<Sandbox>;
}

/** Legal in every state. Intervals are minutes, with the API's meaning of 0 and of negative ones. */
export interface SettingsOperations {
  setLabels(
    sandbox: string,
    labels: Readonly<Record<string, string>>,
    context: CallContext,
  ): Promise<Sandbox>;
  setPublic(sandbox: string, isPublic: boolean, context: CallContext): Promise<Sandbox>;
  touch(sandbox: string, context: CallContext): Promise<Sandbox>;
  setAutoStop(sandbox: string, minutes: number, context: CallContext): Promise<Sandbox>;
  setAutoArchive(sandbox: string, minutes: number, context: CallContext): Promise<Sandbox>;
  setAutoDelete(sandbox: string, minutes: number, context: CallContext): Promise<Sandbox>;
  setTtl(sandbox: string, minutes: number, context: CallContext): Promise<Sandbox>;
}

/** Forks of a sandbox and who came from whom. */
export interface ForkOperations {
  fork(sandbox: string, request: ForkSandbox, context: CallContext): Promise<ForkOutcome>;
  children(sandbox: string, context: CallContext): Promise<readonly Sandbox[]>;
  /** Throws `sandbox_not_found` when there is none. */
  parent(sandbox: string, context: CallContext): Promise<Sandbox>;
  /** The oldest first. */
  ancestors(sandbox: string, context: CallContext): Promise<readonly Sandbox[]>;
}

/** A sandbox's files in the object store. */
export interface ArchiveOperations {
  archive(sandbox: string, context: CallContext): Promise<Sandbox>;
  backup(sandbox: string, context: CallContext): Promise<BackupOutcome>;
}

/** Templates that sandboxes start from. `snapshot` is an id or a name. */
export interface SnapshotOperations {
  /** Answers the record as it is when it lasts, or after a while; a failure is its state and its cause. */
  create(input: CreateSnapshot, context: CallContext): Promise<Snapshot>;
  fromSandbox(sandbox: string, name: string, context: CallContext): Promise<MadeSnapshot>;
  list(query: ListSnapshots, context: CallContext): Promise<SnapshotPage>;
  get(snapshot: string, context: CallContext): Promise<Snapshot>;
  /** Answers it as it was last. */
  delete(snapshot: string, context: CallContext): Promise<Snapshot>;
  activate(snapshot: string, context: CallContext): Promise<Snapshot>;
  deactivate(snapshot: string, context: CallContext): Promise<Snapshot>;
}

/** What was printed while an image was built. All throw `no_build` for what was not made of a Dockerfile. */
export interface BuildOperations {
  sandboxLogs(sandbox: string, request: BuildLogsRequest, context: CallContext): Promise<BuildLogs>;
  sandboxLogsUrl(sandbox: string, context: CallContext): Promise<BuildLogsUrl>;
  snapshotLogs(snapshot: string, request: BuildLogsRequest, context: CallContext): Promise<BuildLogs>;
  snapshotLogsUrl(snapshot: string, context: CallContext): Promise<BuildLogsUrl>;
}

/** Directories that outlive sandboxes and are shared between them. `volume` is an id or a name. */
export interface VolumeOperations {
  create(input: CreateVolume, context: CallContext): Promise<Volume>;
  list(context: CallContext): Promise<readonly Volume[]>;
  get(volume: string, context: CallContext): Promise<Volume>;
  /** Answers it as it was last. Throws `state_conflict` while a sandbox has it. */
  delete(volume: string, context: CallContext): Promise<Volume>;
}

/** Which hosts a sandbox may reach. */
export interface NetworkOperations {
  set(sandbox: string, settings: NetworkSettings, context: CallContext): Promise<Sandbox>;
  /** What was kept from it lately. */
  log(sandbox: string, query: { readonly limit: number }, context: CallContext): Promise<NetworkLog>;
}

export interface ExecOperations {
  exec(sandbox: string, request: ExecRequest, context: CallContext): Promise<ExecResult>;
}

export interface FileOperations {
  read(sandbox: string, request: ReadFile, context: CallContext): Promise<FileContent>;
  write(sandbox: string, request: WriteFile, context: CallContext): Promise<WrittenFile>;
  list(sandbox: string, request: ListFiles, context: CallContext): Promise<FileListing>;
}

/** Finding files by name and lines by content. */
export interface SearchOperations {
  search(sandbox: string, request: SearchFiles, context: CallContext): Promise<SearchResult>;
}

/** Tokens with which a sandbox is reached over SSH. */
export interface SshOperations {
  /** Ends the access that there is, with its live sessions: a sandbox has one at a time. */
  create(
    sandbox: string,
    options: { readonly expiresInMinutes: number },
    context: CallContext,
  ): Promise<SshAccess>;
  /** `token` null: whatever there is. Ends live sessions. */
  revoke(sandbox: string, token: string | null, context: CallContext): Promise<RevokedSsh>;
  validate(token: string, context: CallContext): Promise<SshAccessValidation>;
}

/** Addresses under which ports of a sandbox are reached from outside, in every state of it. */
export interface PreviewOperations {
  /** Its token opens all ports of the sandbox until the next start. */
  url(sandbox: string, port: number, context: CallContext): Promise<PortPreviewUrl>;
  /** Opens one port without anything else; 60 seconds unless told. */
  signedUrl(
    sandbox: string,
    port: number,
    expiresInSeconds: number | undefined,
    context: CallContext,
  ): Promise<SignedPortPreviewUrl>;
  /** Ends a signed one early. */
  expire(sandbox: string, port: number, token: string, context: CallContext): Promise<ExpiredPreviewUrl>;
  /** What listens in a sandbox that runs. */
  ports(sandbox: string, context: CallContext): Promise<OpenPorts>;
}

/** The operation groups, by name. */
export interface OperationGroups {
  readonly lifecycle: LifecycleOperations;
  readonly settings: SettingsOperations;
  readonly forks: ForkOperations;
  readonly archives: ArchiveOperations;
  readonly snapshots: SnapshotOperations;
  readonly volumes: VolumeOperations;
  readonly network: NetworkOperations;
  readonly builds: BuildOperations;
  readonly exec: ExecOperations;
  readonly jobs: JobOperations;
  readonly sessions: SessionOperations;
  readonly files: FileOperations;
  readonly search: SearchOperations;
  readonly changes: ChangeOperations;
  readonly ssh: SshOperations;
  readonly previews: PreviewOperations;
  readonly code: CodeOperations;
  readonly interpreters: InterpreterOperations;
  readonly commands: CommandOperations;
  readonly fileSystem: FileSystemOperations;
  readonly terminals: TerminalOperations;
  readonly git: GitOperations;
  readonly system: SystemOperations;
  readonly signing: SigningOperations;
  readonly pools: PoolOperations;
}

export interface Backend extends Partial<OperationGroups> {
  readonly kind: 'embedded' | 'remote';
  /** Of a remote one: the address of its API. */
  readonly apiUrl?: string;
  /** Absent where changes are not told. */
  readonly events?: EventFeed;
}

/** The group, or `unsupported_by_backend` when this backend has none. */
export function requireGroup<Name extends keyof OperationGroups>(
  backend: Backend,
  name: Name,
): OperationGroups[Name] {
  const group: Partial<OperationGroups>[Name] = backend[name];
  if (group === undefined) {
    throw new ThawError('unsupported_by_backend', `The ${backend.kind} backend has no ${name} operations.`);
  }
  return group;
}

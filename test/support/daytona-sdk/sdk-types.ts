/** What the tests use of Daytona's TypeScript SDK, by the SDK's own declarations (0.218). */

type Env = Readonly<Record<string, string>>;

export interface ExecuteResponse {
  readonly exitCode: number;
  readonly result: string;
  readonly artifacts?: {
    readonly stdout: string;
    readonly charts?: readonly {
      readonly type: string;
      readonly title?: string;
      readonly png?: string;
      readonly elements?: readonly unknown[];
    }[];
  };
}

export interface SessionCommand {
  readonly cmdId: string;
  readonly exitCode?: number;
  readonly output?: string;
  readonly stdout?: string;
  readonly stderr?: string;
}

export interface CommandLogs {
  readonly output?: string;
  readonly stdout?: string;
  readonly stderr?: string;
}

export interface PtyHandle {
  readonly exitCode?: number;
  waitForConnection(): Promise<void>;
  sendInput(data: string): Promise<void>;
  resize(cols: number, rows: number): Promise<{ readonly cols: number; readonly rows: number }>;
  wait(): Promise<{ readonly exitCode?: number }>;
  disconnect(): Promise<void>;
}

export interface SdkProcess {
  executeCommand(command: string, cwd?: string, env?: Env, timeout?: number): Promise<ExecuteResponse>;
  codeRun(code: string, params?: { argv?: string[]; env?: Env }, timeout?: number): Promise<ExecuteResponse>;
  createSession(id: string): Promise<void>;
  getSession(
    id: string,
  ): Promise<{ readonly sessionId: string; readonly commands: readonly { readonly id: string }[] | null }>;
  listSessions(): Promise<readonly { readonly sessionId: string }[]>;
  deleteSession(id: string): Promise<void>;
  executeSessionCommand(
    id: string,
    request: { command: string; runAsync?: boolean },
  ): Promise<SessionCommand>;
  getSessionCommand(
    id: string,
    command: string,
  ): Promise<{ readonly command: string; readonly exitCode?: number }>;
  getSessionCommandLogs(id: string, command: string): Promise<CommandLogs>;
  getSessionCommandLogs(
    id: string,
    command: string,
    onStdout: (chunk: string) => void,
    onStderr: (chunk: string) => void,
  ): Promise<void>;
  sendSessionCommandInput(id: string, command: string, data: string): Promise<void>;
  createPty(options: {
    id: string;
    cols?: number;
    rows?: number;
    cwd?: string;
    envs?: Env;
    onData: (data: Uint8Array) => void;
  }): Promise<PtyHandle>;
  connectPty(id: string, options: { onData: (data: Uint8Array) => void }): Promise<PtyHandle>;
  listPtySessions(): Promise<readonly { readonly id: string; readonly active: boolean }[]>;
  getPtySessionInfo(
    id: string,
  ): Promise<{ readonly id: string; readonly cols: number; readonly rows: number }>;
  killPtySession(id: string): Promise<void>;
  resizePtySession(id: string, cols: number, rows: number): Promise<unknown>;
}

export interface FileInfo {
  readonly name: string;
  readonly size: number;
  readonly isDir: boolean;
  readonly mode: string;
  readonly permissions: string;
  readonly owner: string;
  readonly modTime: string;
}

export interface SdkFiles {
  createFolder(path: string, mode: string): Promise<void>;
  deleteFile(path: string, recursive?: boolean): Promise<void>;
  downloadFile(path: string): Promise<Buffer>;
  downloadFiles(
    files: readonly { source: string }[],
  ): Promise<readonly { source: string; result?: Buffer | string; error?: string }[]>;
  findFiles(
    path: string,
    pattern: string,
  ): Promise<readonly { file: string; line: number; content: string }[]>;
  getFileDetails(path: string): Promise<FileInfo>;
  listFiles(path: string): Promise<readonly FileInfo[]>;
  moveFiles(source: string, destination: string): Promise<void>;
  replaceInFiles(
    files: string[],
    pattern: string,
    value: string,
  ): Promise<readonly { file?: string; success?: boolean }[]>;
  searchFiles(path: string, pattern: string): Promise<{ readonly files: readonly string[] }>;
  setFilePermissions(
    path: string,
    permissions: { mode?: string; owner?: string; group?: string },
  ): Promise<void>;
  uploadFile(file: Buffer, path: string): Promise<void>;
  uploadFiles(files: readonly { source: Buffer; destination: string }[]): Promise<void>;
}

export interface SdkGit {
  add(path: string, files: string[]): Promise<void>;
  branches(path: string): Promise<{ readonly branches: readonly string[]; readonly current?: string }>;
  createBranch(path: string, name: string): Promise<void>;
  deleteBranch(path: string, name: string): Promise<void>;
  checkoutBranch(path: string, branch: string): Promise<void>;
  clone(url: string, path: string, branch?: string): Promise<void>;
  commit(path: string, message: string, author: string, email: string): Promise<{ readonly sha: string }>;
  push(path: string, username?: string, password?: string, branch?: string, remote?: string): Promise<void>;
  pull(path: string): Promise<void>;
  status(path: string): Promise<{
    readonly currentBranch: string;
    readonly ahead?: number;
    readonly fileStatus: readonly {
      readonly name: string;
      readonly staging: string;
      readonly worktree: string;
    }[];
  }>;
}

export interface InterpreterResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly error?: { readonly name: string; readonly value: string; readonly traceback?: string };
}

export interface SdkInterpreter {
  runCode(
    code: string,
    options?: {
      context?: InterpreterContext;
      timeout?: number;
      onStdout?: (message: { readonly output: string }) => void;
    },
  ): Promise<InterpreterResult>;
  createContext(cwd?: string): Promise<InterpreterContext>;
  listContexts(): Promise<readonly InterpreterContext[]>;
  deleteContext(context: InterpreterContext): Promise<void>;
}

export interface InterpreterContext {
  readonly id: string;
}

export interface SdkSandbox {
  readonly id: string;
  readonly name: string;
  readonly state?: string;
  readonly labels: Env;
  readonly env?: Env;
  readonly cpu: number;
  readonly memory: number;
  readonly snapshot?: string;
  readonly toolboxProxyUrl: string;
  readonly autoStopInterval?: number;
  readonly autoArchiveInterval?: number;
  readonly autoDeleteInterval?: number;
  readonly networkBlockAll?: boolean;
  readonly process: SdkProcess;
  readonly fs: SdkFiles;
  readonly git: SdkGit;
  readonly codeInterpreter: SdkInterpreter;
  readonly computerUse: { readonly accessibility: { getTree(): Promise<unknown> } };
  createLspServer(
    language: string,
    project: string,
  ): Promise<{ start(): Promise<void>; documentSymbols(path: string): Promise<unknown> }>;
  getUserHomeDir(): Promise<string | undefined>;
  getWorkDir(): Promise<string | undefined>;
  setLabels(labels: Env): Promise<Env>;
  start(timeout?: number): Promise<void>;
  stop(timeout?: number): Promise<void>;
  archive(): Promise<void>;
  delete(timeout?: number): Promise<void>;
  pause(timeout?: number): Promise<void>;
  resize(resources: { cpu?: number; memory?: number }): Promise<void>;
  fork(params?: { name?: string }): Promise<SdkSandbox>;
  _experimental_createSnapshot(name: string): Promise<void>;
  refreshData(): Promise<void>;
  refreshActivity(): Promise<void>;
  setAutostopInterval(minutes: number): Promise<void>;
  setAutoArchiveInterval(minutes: number): Promise<void>;
  setAutoDeleteInterval(minutes: number): Promise<void>;
  setTtl(minutes: number): Promise<void>;
  updateNetworkSettings(settings: { networkBlockAll?: boolean }): Promise<void>;
  getPreviewLink(port: number): Promise<{ readonly url: string; readonly token: string }>;
  getSignedPreviewUrl(
    port: number,
    seconds?: number,
  ): Promise<{ readonly url: string; readonly token: string }>;
  expireSignedPreviewUrl(port: number, token: string): Promise<void>;
  downloadUrl(path: string, ttlSeconds?: number): Promise<string>;
  uploadUrl(path: string, ttlSeconds?: number): Promise<string>;
  rotateSigningKey(): Promise<void>;
  getMetricsLatest(): Promise<{ readonly cpuCount: number; readonly memTotal: number }>;
  createSshAccess(minutes?: number): Promise<{ readonly token: string; readonly sshCommand: string }>;
  revokeSshAccess(token: string): Promise<void>;
  validateSshAccess(token: string): Promise<{ readonly valid: boolean; readonly sandboxId: string }>;
}

export interface SdkImage {
  runCommands(...commands: string[]): SdkImage;
  env(variables: Env): SdkImage;
  workdir(path: string): SdkImage;
}

export interface SdkSnapshot {
  readonly id: string;
  readonly name: string;
  readonly state: string;
}

export interface SdkVolume {
  readonly id: string;
  readonly name: string;
  readonly state: string;
}

export interface CreateParameters {
  name?: string;
  user?: string;
  language?: string;
  snapshot?: string;
  image?: string | SdkImage;
  envVars?: Env;
  labels?: Env;
  autoStopInterval?: number;
  autoDeleteInterval?: number;
  networkBlockAll?: boolean;
  resources?: { cpu?: number; memory?: number };
  volumes?: { volumeId: string; mountPath: string }[];
}

export interface SdkClient {
  create(
    params?: CreateParameters,
    options?: { timeout?: number; onSnapshotCreateLogs?: (chunk: string) => void },
  ): Promise<SdkSandbox>;
  get(idOrName: string): Promise<SdkSandbox>;
  /** New ones take a query and iterate; old ones take labels and answer a page. */
  list(query: object): AsyncIterable<SdkSandbox> | Promise<{ readonly items: readonly SdkSandbox[] }>;
  readonly volume: {
    list(): Promise<readonly SdkVolume[]>;
    get(name: string, create?: boolean): Promise<SdkVolume>;
    create(name: string): Promise<SdkVolume>;
    delete(volume: SdkVolume): Promise<void>;
  };
  readonly snapshot: {
    list(): Promise<{ readonly items: readonly SdkSnapshot[] }>;
    get(name: string): Promise<SdkSnapshot>;
    create(
      params: { name: string; image: string | SdkImage; entrypoint?: string[] },
      options?: { onLogs?: (chunk: string) => void },
    ): Promise<SdkSnapshot>;
    delete(snapshot: SdkSnapshot): Promise<void>;
  };
  [Symbol.asyncDispose]?(): Promise<void>;
}

export interface SdkModule {
  readonly Daytona: new (config: {
    apiKey: string;
    apiUrl: string;
    target?: string;
    requestTimeoutMs?: number;
  }) => SdkClient;
  readonly Image: { base(image: string): SdkImage };
  /** The classes of errors, by name. */
  readonly [name: string]: unknown;
}

/** What callers write for arguments that have another name here: as other tools, shells and APIs call them. Pure. */
import { normal } from '../suggest.ts';

/**
 * By argument, in the words that stand for it. Where a word stands for several arguments of a tool, the first here that the
 * call lacks is meant. Case and punctuation make no difference, nor do units behind a name: those need no row.
 */
export const argumentAliases: Readonly<Record<string, readonly string[]>> = {
  sandbox: [
    'sandboxId',
    'sandboxName',
    'sandboxIdOrName',
    'id',
    'name',
    'box',
    'container',
    'containerId',
    'workspace',
    'instance',
  ],
  execId: [
    'id',
    'exec',
    'jobId',
    'job',
    'taskId',
    'commandId',
    'cmdId',
    'processId',
    'pid',
    'handle',
    'sessionId',
  ],
  volume: ['volumeId', 'volumeName', 'id', 'name'],
  snapshot: ['snapshotId', 'snapshotName', 'template', 'image', 'baseImage', 'imageName', 'id', 'name'],
  imageName: ['image', 'baseImage', 'imageRef'],
  buildInfo: ['build', 'dockerfile'],
  command: ['cmd', 'script', 'shell', 'bash', 'sh', 'commandLine', 'run', 'code'],
  code: ['script', 'source', 'snippet', 'program', 'command', 'python'],
  language: ['lang', 'runtime', 'kernel'],
  context: ['contextId', 'session', 'sessionId', 'interpreter'],
  path: [
    'file',
    'filepath',
    'filename',
    'directory',
    'dir',
    'folder',
    'root',
    'remotePath',
    'sandboxPath',
    'targetPath',
    'destination',
    'dest',
  ],
  hostPath: ['localPath', 'local', 'source', 'src', 'destination', 'dest', 'to', 'from'],
  cwd: ['workdir', 'workingDirectory', 'workingDir', 'currentDirectory', 'directory', 'dir', 'path'],
  env: ['environment', 'envVars', 'environmentVariables', 'envs', 'variables', 'vars'],
  content: [
    'contents',
    'text',
    'data',
    'body',
    'fileContent',
    'value',
    'pattern',
    'query',
    'regex',
    'search',
    'grep',
  ],
  data: ['input', 'stdin', 'text', 'content'],
  stdin: ['input', 'data'],
  name: ['glob', 'pattern', 'filename', 'title'],
  oldText: ['oldString', 'oldStr', 'old', 'search', 'find', 'original', 'before'],
  newText: ['newString', 'newStr', 'new', 'replace', 'replacement', 'replaceWith', 'after'],
  expectedCount: ['count', 'occurrences', 'expectedReplacements', 'replaceAll'],
  append: ['isAppend'],
  mode: ['permissions', 'permission', 'chmod', 'fileMode'],
  encoding: ['charset', 'format'],
  offset: ['startLine', 'lineStart', 'start', 'firstLine', 'line'],
  limit: ['numLines', 'lines', 'lineCount', 'maxLines', 'pageSize', 'perPage', 'count', 'max'],
  maxResults: ['limit', 'headLimit', 'max', 'count'],
  maxBytes: ['limit', 'max', 'maxLength'],
  maxOutputBytes: ['maxOutput', 'outputLimit', 'maxBytes', 'maxChars', 'maxTokens'],
  tailBytes: ['tail', 'last'],
  cursor: ['nextCursor', 'pageToken', 'since', 'position'],
  depth: ['maxDepth', 'recursive', 'levels', 'level'],
  exclude: ['ignore', 'excludes', 'excludePatterns', 'skip'],
  ignoreCase: ['caseInsensitive', 'insensitive'],
  fixed: ['literal', 'isLiteral', 'fixedString'],
  contextLines: ['context', 'linesOfContext'],
  hidden: ['includeHidden', 'all', 'noIgnore'],
  overwrite: ['force', 'replace'],
  background: ['detach', 'detached', 'async', 'runInBackground', 'isBackground', 'daemon'],
  waitSeconds: ['wait', 'yieldTime', 'block', 'waitFor'],
  timeoutSeconds: ['timeLimit', 'deadline', 'maxTime', 'maxRuntime'],
  signal: ['sig', 'killSignal'],
  graceSeconds: ['gracePeriod', 'killAfter'],
  close: ['eof', 'closeStdin', 'end'],
  force: ['kill', 'immediate'],
  interval: ['minutes', 'autoStopInterval', 'autoArchiveInterval', 'autoDeleteInterval', 'timeout', 'after'],
  autoStopInterval: ['autoStop', 'idleTimeout', 'stopAfter', 'timeout'],
  autoArchiveInterval: ['autoArchive', 'archiveAfter'],
  autoDeleteInterval: ['autoDelete', 'deleteAfter', 'ephemeral'],
  ttlMinutes: ['timeToLive', 'lifetime', 'expiresIn', 'minutes'],
  cpu: ['cpus', 'vcpu', 'vcpus', 'cores', 'cpuCount'],
  memory: ['mem', 'ram', 'memoryLimit'],
  disk: ['storage', 'diskSize', 'diskSpace'],
  labels: ['tags', 'label', 'metadata'],
  volumes: ['mounts', 'volumeMounts'],
  public: ['isPublic'],
  isPublic: ['public', 'visibility'],
  networkBlockAll: ['blockNetwork', 'blockAll', 'offline', 'noNetwork', 'disableNetwork'],
  networkAllowList: ['allowList', 'cidrs', 'allowedCidrs', 'allowedIps'],
  domainAllowList: ['domains', 'allowedDomains', 'hosts', 'allowedHosts'],
  url: ['repo', 'repository', 'repoUrl', 'gitUrl', 'remote'],
  branch: ['ref', 'branchName'],
  commitId: ['commit', 'sha', 'revision'],
  username: ['user', 'login'],
  password: ['token', 'accessToken', 'secret'],
  user: ['username', 'runAs', 'asUser'],
  port: ['portNumber', 'targetPort'],
  token: ['accessToken', 'sshToken', 'key'],
  expiresInSeconds: ['seconds', 'expires', 'expiry', 'duration', 'ttl'],
  expiresInMinutes: ['minutes', 'expires', 'expiry', 'duration', 'ttl'],
  count: ['n', 'number', 'copies', 'forks'],
};

const UNIT = /(?:milliseconds|millis|ms|seconds?|secs?|minutes?|mins?|bytes?|gib|gb|mib|mb|s)$/;
const MIN_STEM = 3;

/** Without the unit behind it, so that `timeout_ms` is what `timeoutSeconds` is. */
function stem(word: string): string {
  const short = word.replace(UNIT, '');
  return short.length < MIN_STEM ? word : short;
}

/** By word, what it stands for, in the order of the table. */
const byWord = new Map<string, string[]>();
for (const [argument, words] of Object.entries(argumentAliases))
  for (const word of words.map(normal)) byWord.set(word, [...(byWord.get(word) ?? []), argument]);

/**
 * Which of a tool's arguments (`known`) a caller means with a name that is none of them; null when nothing is known. One
 * that the call lacks goes before one that it has (`given`).
 */
export function aliasFor(wrong: string, known: readonly string[], given: readonly string[]): string | null {
  const word = normal(wrong);
  const told = (byWord.get(word) ?? []).filter((argument) => known.includes(argument));
  const derived = known.filter((argument) => stem(normal(argument)) === stem(word));
  const meant = [...derived, ...told];
  return meant.find((argument) => !given.includes(argument)) ?? meant[0] ?? null;
}

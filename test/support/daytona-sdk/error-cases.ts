/** Every class of errors that a healthy server makes Daytona's SDKs throw, each with a real cause. */
import type { ErrorCase } from './error-case.ts';
import { gitErrorCases } from './git-error-cases.ts';
import type { SdkStage } from './stage.ts';

/** Runs something in a client of its own, which opens a connection that must end. */
async function withClient(
  { sdk, apiKey, apiUrl }: SdkStage,
  settings: { apiKey?: string; apiUrl?: string; requestTimeoutMs?: number },
  work: (client: SdkStage['daytona']) => Promise<unknown>,
): Promise<unknown> {
  const client = new sdk.Daytona({ apiKey, apiUrl, target: 'local', ...settings });
  try {
    return await work(client);
  } finally {
    await client[Symbol.asyncDispose]?.();
  }
}

const withKey = (
  stage: SdkStage,
  apiKey: string,
  work: (client: SdkStage['daytona']) => Promise<unknown>,
): Promise<unknown> => withClient(stage, { apiKey }, work);

const requests: readonly ErrorCase[] = [
  // 501 is a status without a class of its own.
  {
    name: 'DaytonaError',
    provoke: async ({ box }) => (await box.createLspServer('python', '/tmp')).start(),
  },
  {
    name: 'DaytonaValidationError',
    provoke: ({ daytona }) => daytona.create({ snapshot: 'no-such-snapshot' }),
  },
  {
    name: 'DaytonaBadRequestError',
    thrown: 'DaytonaValidationError',
    provoke: ({ box }) => box.getPreviewLink(70_000),
  },
  { name: 'DaytonaInvalidArgumentError', provoke: ({ box }) => box.setAutostopInterval(-1) },
  {
    name: 'DaytonaAuthenticationError',
    provoke: (stage) => withKey(stage, `dtn_${'0'.repeat(64)}`, (client) => client.get(stage.box.id)),
  },
  {
    name: 'DaytonaAuthorizationError',
    provoke: (stage) => withKey(stage, stage.readerKey, (client) => client.create()),
  },
  {
    name: 'DaytonaForbiddenError',
    thrown: 'DaytonaAuthorizationError',
    provoke: (stage) => withKey(stage, stage.readerKey, (client) => client.volume.create('never')),
  },
  { name: 'DaytonaNotFoundError', provoke: ({ daytona }) => daytona.get('no-such-sandbox') },
  { name: 'DaytonaConflictError', provoke: ({ daytona, box }) => daytona.create({ name: box.name }) },
  {
    name: 'DaytonaUnprocessableEntityError',
    provoke: ({ daytona, name, image }) =>
      daytona.snapshot.create({ name: name('never'), image, entrypoint: ['x'] }),
  },
  {
    name: 'DaytonaConnectionError',
    provoke: (stage) =>
      withClient(stage, { apiUrl: 'http://127.0.0.1:1/api' }, (client) => client.get(stage.box.id)),
  },
  {
    name: 'DaytonaConnectionTimeoutError',
    provoke: (stage) =>
      withClient(stage, { requestTimeoutMs: 300 }, async (client) =>
        (await client.get(stage.box.id)).process.executeCommand('sleep 2'),
      ),
  },
];

const sessionOf = ({ name }: SdkStage): string => name('errors');

const processes: readonly ErrorCase[] = [
  {
    name: 'DaytonaProcessExecutionTimeoutError',
    provoke: ({ box }) => box.process.executeCommand('sleep 30', undefined, undefined, 1),
  },
  {
    name: 'DaytonaTimeoutError',
    provoke: ({ box }) => box.codeInterpreter.runCode('while True: pass', { timeout: 1 }),
  },
  { name: 'DaytonaProcessNotFoundError', provoke: ({ box }) => box.process.getSession('no-such-session') },
  {
    name: 'DaytonaCommandAlreadyCompletedError',
    async provoke(stage) {
      const { process } = stage.box;
      const session = sessionOf(stage);
      await process.createSession(session);
      const { cmdId } = await process.executeSessionCommand(session, { command: 'true' });
      await process.sendSessionCommandInput(session, cmdId, 'late\n');
    },
  },
  {
    name: 'DaytonaSessionEndedError',
    async provoke(stage) {
      const { process } = stage.box;
      await process.executeSessionCommand(sessionOf(stage), { command: 'exit 3' });
      await process.executeSessionCommand(sessionOf(stage), { command: 'true' });
    },
  },
  {
    name: 'DaytonaGoneError',
    async provoke({ box, name }) {
      const id = name('ended');
      const pty = await box.process.createPty({ id, onData: () => undefined });
      await pty.waitForConnection();
      await pty.sendInput('exit\n');
      await pty.wait();
      await box.process.resizePtySession(id, 100, 30);
    },
  },
  {
    name: 'DaytonaLspServerNotInitializedError',
    provoke: async ({ box }) => (await box.createLspServer('python', '/tmp')).documentSymbols('/tmp/a.py'),
  },
  { name: 'DaytonaA11yUnavailableError', provoke: ({ box }) => box.computerUse.accessibility.getTree() },
];

const files: readonly ErrorCase[] = [
  { name: 'DaytonaFileNotFoundError', provoke: ({ box }) => box.fs.getFileDetails('/no/such/file') },
  { name: 'DaytonaFileAccessDeniedError', provoke: ({ box }) => box.fs.deleteFile('/etc/passwd') },
  { name: 'DaytonaInvalidFilePathError', provoke: ({ box }) => box.fs.downloadFile('/etc') },
  {
    // The memory of a process may be read by its user, but nothing is at its first address: EIO.
    name: 'DaytonaFileReadFailedError',
    async provoke({ box }) {
      const { result } = await box.process.executeCommand('sleep 30 > /dev/null 2>&1 & echo $!');
      await box.fs.downloadFile(`/proc/${result.trim()}/mem`);
    },
  },
];

export const errorCases: readonly ErrorCase[] = [...requests, ...processes, ...files, ...gitErrorCases];

/** Classes that nothing here can make an SDK throw, and why. */
export const unprovokedClasses: Readonly<Record<string, string>> = {
  DaytonaRecordingStillActiveError: 'Sandboxes have no desktop, so nothing is recorded: 501.',
  DaytonaRecordingFfmpegNotFoundError: 'Recording fails with 501 before any ffmpeg is looked for.',
};

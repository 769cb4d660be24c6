/** The classes of errors that Daytona's SDK tells apart. */
import { expect, it } from 'vitest';
import type { Stage } from './stage.ts';

export function errorTests(stage: Stage): void {
  it('throws its class for what is not there, what is taken and what takes too long', async () => {
    const { daytona, box } = stage();
    await expect(daytona.get('no-such-sandbox')).rejects.toMatchObject({ name: 'DaytonaNotFoundError' });
    await expect(daytona.create({ name: box.name })).rejects.toThrow(
      `Sandbox with name ${box.name} already exists`,
    );
    await expect(daytona.create({ snapshot: 'no-such-snapshot' })).rejects.toThrow(
      'Snapshot no-such-snapshot not found',
    );
    await expect(box.process.executeCommand('sleep 30', undefined, undefined, 1)).rejects.toThrow();
  });
}

/** Old SDKs have one class for most of these. */
export function newErrorTests(stage: Stage): void {
  it.each([
    ['DaytonaConflictError', (s: Stage) => s().daytona.create({ name: s().box.name })],
    ['DaytonaValidationError', (s: Stage) => s().daytona.create({ snapshot: 'no-such-snapshot' })],
    [
      'DaytonaAuthenticationError',
      (s: Stage) =>
        s()
          .connect(`dtn_${'0'.repeat(64)}`)
          .get(s().box.id),
    ],
    [
      'DaytonaProcessExecutionTimeoutError',
      (s: Stage) => s().box.process.executeCommand('sleep 30', undefined, undefined, 1),
    ],
    ['DaytonaFileNotFoundError', (s: Stage) => s().box.fs.getFileDetails('/no/such/file')],
    ['DaytonaFileAccessDeniedError', (s: Stage) => s().box.fs.deleteFile('/etc/passwd')],
    ['DaytonaProcessNotFoundError', (s: Stage) => s().box.process.getSession('no-such-session')],
    ['DaytonaNotFoundError', (s: Stage) => s().daytona.get('no-such-sandbox')],
  ] as const)('throws %s', async (name, work) => {
    await expect(work(stage)).rejects.toMatchObject({ name });
  });

  it.each([
    [403, (s: Stage) => s().connect(s().readerKey).create()],
    [
      422,
      (s: Stage) =>
        s().daytona.snapshot.create({ name: s().name('never'), image: s().image, entrypoint: ['x'] }),
    ],
    [
      501,
      (s: Stage) =>
        s()
          .box.createLspServer('python', '/tmp')
          .then((server) => server.start()),
    ],
  ] as const)('keeps the status %d', async (statusCode, work) => {
    await expect(work(stage)).rejects.toMatchObject({ statusCode });
  });
}

/** The process as commands see it, with streams that a test reads. */
import { PassThrough } from 'node:stream';
import type { ProcessHost } from '../../src/cli/host.ts';

export interface FakeProcess {
  readonly host: ProcessHost;
  /** What was written since the last call. */
  readonly stdout: () => string;
  readonly stderr: () => string;
}

export function fakeProcess(given: Partial<ProcessHost> = {}): FakeProcess {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const text = (stream: PassThrough): string => String(stream.read() ?? '');
  const host: ProcessHost = {
    pid: 1,
    nodeVersion: 'v20.15.0',
    environment: { HOME: '/nonexistent' },
    self: [],
    stdin: new PassThrough(),
    stdout,
    stderr,
    parentPid: () => 1,
    onSignal: () => {},
    onCrash: () => {},
    exit: (code) => {
      throw new Error(`exit ${code}`);
    },
    ...given,
  };
  return { host, stdout: () => text(stdout), stderr: () => text(stderr) };
}

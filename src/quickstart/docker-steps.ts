/** The same session with plain Docker on the same engine and image, step by step beside the agent's. */
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { systemClock } from '../clock.ts';
import type { PlainDocker } from './plain-docker.ts';
import { program, programPath, resultPath } from './program.ts';

const DIRECTORY = '/tmp';

export interface TimedStep {
  readonly title: string;
  readonly ms: number;
}

async function programTar(): Promise<Buffer> {
  const tar = pack();
  tar.entry({ name: programPath, mode: 0o644 }, program);
  tar.finalize();
  return await buffer(tar);
}

async function runProgram(docker: PlainDocker, id: string): Promise<void> {
  const { exitCode } = await docker.exec(id, ['/bin/sh', '-c', `python3 ${programPath}`], DIRECTORY);
  if (exitCode !== 0) throw new Error(`the program ended with status ${exitCode} under docker exec`);
}

/** One session, in the order of the agent's steps. `signal` ends it between two steps. */
export async function runDockerSession(
  docker: PlainDocker,
  image: string,
  signal: AbortSignal,
): Promise<readonly TimedStep[]> {
  const tar = await programTar();
  const timed: TimedStep[] = [];
  const time = async <T>(title: string, work: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    const started = systemClock.monotonic();
    const result = await work();
    timed.push({ title, ms: systemClock.monotonic() - started });
    return result;
  };
  const id = await time('docker run', () => docker.run(image));
  await time('docker cp', () => docker.copyIn(id, DIRECTORY, tar));
  await time('docker exec', () => runProgram(docker, id));
  await time('docker cp', () => docker.copyOut(id, `${DIRECTORY}/${resultPath}`));
  await time('docker ps', () => docker.list());
  await time('docker stop', () => docker.stop(id));
  await time('docker start', () => docker.start(id));
  await time('docker exec ls', () => docker.exec(id, ['ls', '-la', DIRECTORY]));
  await time('docker rm', () => docker.remove(id));
  return timed;
}

/**
 * ssh.prompt: from the start of OpenSSH's client to the first output of a login shell in a sandbox. sftp.put and sftp.get: megabytes a
 * second of its sftp, connection included; docker.cp.put: the same file through the Docker API's archive call, which `docker cp` uses.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { systemClock } from '../../../src/clock.ts';
import { type Bench, type Finding, type Scenario, samples } from '../scenario.ts';
import type { SshStage } from '../stages/ssh.ts';
import { repeat } from '../timing.ts';

const FILE_BYTES = 100_000_000;
const MEGABYTE = 1_000_000;
const TIMEOUT_MS = 120_000;

async function run(program: string, args: readonly string[], input: string): Promise<void> {
  const child = spawn(program, [...args], { stdio: ['pipe', 'ignore', 'inherit'], timeout: TIMEOUT_MS });
  child.stdin.end(input);
  const [code]: (number | null)[] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program} ended with status ${code ?? 'none'}`);
}

/** A prompt is what a shell prints by itself: `-tt` gives it a terminal, though this process has none. */
async function awaitPrompt({ config, host }: SshStage): Promise<void> {
  const child = spawn('ssh', ['-tt', '-F', config, host], {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: TIMEOUT_MS,
  });
  const closed = once(child, 'close');
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await closed;
}

async function putByDocker({ docker }: Bench, { container }: SshStage, path: string): Promise<void> {
  const tar = pack();
  const entry = tar.entry({ name: 'copied', size: FILE_BYTES }, () => tar.finalize());
  await Promise.all([
    pipeline(createReadStream(path), entry),
    docker.putArchive(container, '/tmp', Readable.from(tar)),
  ]);
}

/** The best of a few runs, as other work on the machine only ever adds. */
async function throughput(
  bench: Bench,
  name: string,
  note: string,
  work: () => Promise<void>,
): Promise<Finding> {
  const n = samples(bench, 5, 2);
  let best = Number.POSITIVE_INFINITY;
  for (let index = 0; index < n; index += 1) {
    bench.signal.throwIfAborted();
    const started = systemClock.monotonic();
    await work();
    best = Math.min(best, systemClock.monotonic() - started);
  }
  return { kind: 'figure', name, value: FILE_BYTES / MEGABYTE / (best / 1000), unit: 'MB/s', n, note };
}

export const sshPrompt: Scenario<SshStage> = {
  names: ['ssh.prompt'],
  async run(stage, bench) {
    const ms = await repeat({ n: samples(bench, 30, 5), warmUp: 2, signal: bench.signal }, () =>
      awaitPrompt(stage),
    );
    return [{ kind: 'times', name: 'ssh.prompt', ms }];
  },
};

export const sftpThroughput: Scenario<SshStage> = {
  names: ['sftp.put', 'sftp.get', 'docker.cp.put'],
  async run(stage, bench) {
    const path = join(stage.dir, 'file');
    await writeFile(path, Buffer.alloc(FILE_BYTES, 'thaw '));
    const sftp = (batch: string) => run('sftp', ['-q', '-F', stage.config, '-b', '-', stage.host], batch);
    const what = '100 MB, the best run, connection included';
    return [
      await throughput(bench, 'sftp.put', what, () => sftp(`put ${path} /tmp/file\n`)),
      await throughput(bench, 'sftp.get', what, () => sftp(`get /tmp/file ${path}.back\n`)),
      await throughput(
        bench,
        'docker.cp.put',
        '100 MB by the archive call of the Docker API, the best run',
        () => putByDocker(bench, stage, path),
      ),
    ];
  },
};

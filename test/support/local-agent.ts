/** The real guest agent as an ordinary process of this machine, with connections to it that a test can cut. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { connectAgent } from '../../src/engine/agent/connect.ts';
import type { AgentConnection } from '../../src/engine/agent/port.ts';
import { buildGuest } from '../../src/guest/build.mjs';
import { silentLogger } from '../../src/log.ts';

const outDir = join(import.meta.dirname, '..', '..', 'dist', 'guest');
const END_TIMEOUT_MS = 10_000;

export interface LocalAgentOptions {
  /** The build with address and undefined-behaviour sanitizers. Default: the release build. */
  readonly sanitize?: boolean;
  readonly host?: boolean;
  /** As PID 1 of a pid namespace of its own, as in a sandbox. Needs root. */
  readonly asInit?: boolean;
  readonly graceMs?: number;
  /** A program and its arguments that execute the agent, such as `prlimit`. */
  readonly wrapper?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface LocalAgent {
  /** The binary. */
  readonly program: string;
  /** The agent's process id on this machine. */
  readonly pid: number;
  readonly child: ChildProcessWithoutNullStreams;
  /** A stream over the agent's pipes. Destroying it leaves the pipes open, as a killed engine does. */
  stream(): Duplex;
  connect(stream?: Duplex): Promise<AgentConnection>;
  readonly ended: Promise<number | null>;
  /** Ends the agent and throws if a sanitizer had anything to say. */
  stop(): Promise<void>;
}

/** One connection's view of the pipes: several may follow each other. */
class PipeView extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams;
  #wanted = false;
  readonly #onData = (chunk: Buffer): void => {
    this.#wanted = false;
    // The push itself may already ask for more.
    if (!this.push(chunk) && !this.#wanted) this.#child.stdout.pause();
  };
  readonly #onEnd = (): void => void this.push(null);

  constructor(child: ChildProcessWithoutNullStreams) {
    super();
    this.#child = child;
    child.stdout.on('data', this.#onData);
    child.stdout.on('end', this.#onEnd);
  }

  override _read(): void {
    this.#wanted = true;
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#child.stdin.write(chunk, (error) => callback(error ?? null));
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#child.stdout.off('data', this.#onData);
    this.#child.stdout.off('end', this.#onEnd);
    callback(error);
  }
}

/** The child of `parent`: under `unshare` the agent is one. */
async function childOf(parent: number): Promise<number> {
  for (;;) {
    const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8');
    const [first] = children.trim().split(' ');
    if (first !== undefined && first !== '') return Number(first);
  }
}

/** Builds the agent if needed and starts it. */
export async function startLocalAgent(options: LocalAgentOptions = {}): Promise<LocalAgent> {
  const { sanitize = false, host = false, asInit = false, graceMs, wrapper = [], env = {} } = options;
  const { path } = await buildGuest({ outDir, sanitize });
  const args = [
    ...(host ? ['--host'] : []),
    ...(graceMs === undefined ? [] : ['--grace-ms', String(graceMs)]),
  ];
  const [command, ...rest] = asInit
    ? ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', path, ...args]
    : [...wrapper, path, ...args];
  const child = spawn(command ?? path, rest, {
    stdio: 'pipe',
    // The leak check traces the process from outside, which the end of a pid namespace cuts short.
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', ASAN_OPTIONS: `detect_leaks=${asInit ? 0 : 1}`, ...env },
  });
  await once(child, 'spawn');
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = `${stderr}${chunk.toString()}`.slice(0, 20_000);
  });
  child.stdin.on('error', () => undefined);
  const ended = once(child, 'exit').then(([code]: (number | null)[]) => code ?? null);
  const own = child.pid ?? 0;
  const pid = asInit ? await childOf(own) : own;
  return {
    program: path,
    pid,
    child,
    stream: () => new PipeView(child),
    async connect(stream = new PipeView(child)) {
      return await connectAgent(stream, { timeoutMs: 10_000, host, log: silentLogger() });
    },
    ended,
    async stop() {
      child.stdin.end();
      try {
        process.kill(pid, 'SIGTERM');
      } catch {
        // It has ended by itself.
      }
      const timer = setTimeout(() => child.kill('SIGKILL'), END_TIMEOUT_MS);
      await ended;
      clearTimeout(timer);
      if (stderr !== '') throw new Error(`the agent wrote to standard error:\n${stderr}`);
    },
  };
}

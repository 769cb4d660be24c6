/** Builds the test tool and the agent, runs differences through them, and builds tars by hand. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll } from 'vitest';
import { buildGuest, languageFlags, warningFlags } from '../../../src/guest/build.mjs';

const run = promisify(execFile);
/** Far beyond what any of them takes: a program that hangs fails its test and is gone. */
const RUN_TIMEOUT_MS = 100_000;
const outDir = join(import.meta.dirname, '..', '..', '..', 'dist', 'guest');

export interface RunResult {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a program to its end with `input` on its standard input. A program that stops reading is no error. */
export async function runProgram(
  program: string,
  args: readonly string[],
  input: Uint8Array | string = '',
): Promise<RunResult> {
  const child = spawn(program, [...args], {
    stdio: 'pipe',
    env: {},
    timeout: RUN_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  const stdout: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code]: (number | null)[] = await once(child, 'close');
  return { code: code ?? null, stdout: Buffer.concat(stdout), stderr };
}

export interface Workbench {
  /** A directory of the test file's own. */
  readonly dir: string;
  readonly tool: string;
  readonly agent: string;
  /** The agent under the sanitizers; it also takes the way of old kernels to find mount points. */
  readonly sanitized: string;
}

/** Registers hooks that build everything before the file's tests and remove it after them. */
export function useWorkbench(): Workbench {
  const bench = { dir: '', tool: '', agent: '', sanitized: '' };
  beforeAll(async () => {
    bench.dir = await mkdtemp(join(tmpdir(), 'thaw-difference-'));
    bench.tool = join(bench.dir, 'tool');
    const sources = ['tool.c', 'tool-ops.c', 'tool-dump.c'].map((name) => join(import.meta.dirname, name));
    await run('cc', [...languageFlags, ...warningFlags, '-O1', ...sources, '-o', bench.tool]);
    bench.agent = (await buildGuest({ outDir })).path;
    bench.sanitized = (await buildGuest({ outDir, sanitize: true })).path;
  }, 120_000);
  afterAll(async () => await rm(bench.dir, { recursive: true, force: true }));
  return bench;
}

/** An operation of the tool's scripts: its name and its words. */
export type Operation = readonly [name: string, ...words: (string | number | Uint8Array)[]];

const encode = (word: string | number | Uint8Array): string =>
  Array.from(Buffer.from(typeof word === 'number' ? String(word) : word), (byte) =>
    byte > 0x20 && byte < 0x7f && byte !== 0x25
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).padStart(2, '0')}`,
  ).join('');

/** The text that the tool reads. */
export const scriptOf = (operations: readonly Operation[]): string =>
  operations.map(([name, ...words]) => `${[name, ...words.map(encode)].join(' ')}\n`).join('');

/** Leaves the program one directory to write to: whatever escapes from a root meets a read-only file system. */
const CONFINE = 'mount --rbind "$1" "$1" && mount -o remount,bind,ro / && shift && exec "$@"';

/** As `runProgram`, for programs that get hostile input and run as root. */
export const runConfined = async (
  bench: Workbench,
  program: string,
  args: readonly string[],
  input: Uint8Array | string = '',
): Promise<RunResult> =>
  await runProgram(
    '/usr/bin/unshare',
    ['-m', '/bin/sh', '-c', CONFINE, 'sh', bench.dir, program, ...args],
    input,
  );

/** Replays the difference that `changes` make over `lower` into another overlay and compares the two. */
export async function replay(
  bench: Workbench,
  base: string,
  lower: readonly Operation[],
  changes: readonly Operation[],
  agent = bench.agent,
): Promise<RunResult> {
  const args = ['scenario', base, agent, 'diff-write', '{}', '--', agent, 'diff-apply', '{}'];
  return await runConfined(bench, bench.tool, args, `${scriptOf(lower)}---\n${scriptOf(changes)}`);
}

/** Everything about a tree as text, each entry a line. */
export async function describeTree(bench: Workbench, dir: string): Promise<string> {
  const { code, stdout, stderr } = await runProgram(bench.tool, ['dump', dir]);
  if (code !== 0) throw new Error(`the tree could not be described: ${code} ${stderr}`);
  return stdout.toString('latin1');
}

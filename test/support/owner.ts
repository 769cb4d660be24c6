/** A place to run owners and relays in: a bundled command line with a fake engine, a state directory, and their end. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Paths, resolvePaths } from '../../src/config.ts';
import { readOwnerFacts } from '../../src/control/owner-lock.ts';
import { isProcessAlive } from '../../src/control/process-alive.ts';
import { bundleProgram } from './bundle-program.ts';

/** Bundles the command line as the build does, but with the fake engine. Returns its file and what removes it. */
export async function bundleFakeThaw(
  source = 'fake-thaw.ts',
): Promise<{ readonly entry: string; remove(): void }> {
  const { file, remove } = await bundleProgram(`test/support/${source}`, {
    plugins: [
      {
        // Commands that need Docker are loaded by no test here.
        name: 'without-the-engine',
        setup: (builder) => {
          builder.onResolve({ filter: /\/(open-engine|doctor)\.ts$/ }, ({ path }) => ({
            path,
            namespace: 'none',
          }));
          builder.onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'module.exports = {}' }));
        },
      },
    ],
  });
  return { entry: file, remove };
}

export interface CommandOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One state directory with everything that runs for it. */
export class OwnerSpace {
  readonly paths: Paths;
  readonly env: Readonly<Record<string, string>>;
  readonly #entry: string;
  readonly #home: string;
  readonly #children = new Set<ChildProcess>();

  /** `env` is added to the environment of everything that is started here. */
  constructor(entry: string, env: Readonly<Record<string, string>> = {}) {
    this.#entry = entry;
    const home = mkdtempSync(join(tmpdir(), 'thaw-owner-'));
    // Where it would be by default, so that a client that passes no more than HOME on finds the same owner.
    const stateDir = join(home, '.local', 'state', 'thaw');
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    this.#home = home;
    this.env = { PATH: process.env['PATH'] ?? '', HOME: home, THAW_STATE_DIR: stateDir, ...env };
    this.paths = resolvePaths(undefined, this.env);
  }

  /** The command line with `args`, to be spawned by whoever wants to. */
  command(...args: readonly string[]): string[] {
    return [process.execPath, this.#entry, ...args];
  }

  /** What the preparation of the engine does from now on: it lasts until it is planned otherwise, and fails with a message. */
  plan(plan: { readonly prepares?: boolean; readonly fail?: string }): void {
    writeFileSync(join(this.paths.stateDir, 'fake.json'), JSON.stringify(plan));
  }

  /** How engines of this place were closed, in order. */
  closedWith(): string[] {
    try {
      return readFileSync(join(this.paths.stateDir, 'fake-closed.txt'), 'utf8').trim().split('\n');
    } catch {
      return [];
    }
  }

  /** Starts a process that `dispose` ends if the test does not. */
  spawn(...args: readonly string[]): ChildProcess {
    const [program = '', ...rest] = this.command(...args);
    const child = spawn(program, rest, { env: this.env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  /** Runs a command to its end. */
  run(...args: readonly string[]): Promise<CommandOutcome> {
    const [program = '', ...rest] = this.command(...args);
    return new Promise((resolve) => {
      const child = execFile(program, rest, { env: this.env, timeout: 180_000 }, (_error, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, stderr }),
      );
      child.stdin?.end();
    });
  }

  ownerPid(): number | null {
    const pid = readOwnerFacts(this.paths)?.pid;
    return pid !== undefined && isProcessAlive(pid) ? pid : null;
  }

  /** Ends the owner as a user would, so that it takes its containers along, and then whatever is left. */
  async dispose(): Promise<void> {
    const pid = this.ownerPid();
    if (pid !== null) await this.run('stop');
    for (const child of this.#children) child.kill('SIGKILL');
    if (pid !== null && isProcessAlive(pid)) process.kill(pid, 'SIGKILL');
    rmSync(this.#home, { recursive: true, force: true });
  }
}

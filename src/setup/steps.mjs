/**
 * What the scripts that run before anything is installed have in common: steps with their elapsed time, child
 * processes, and whether the dependencies are in place. Nothing but Node's own modules.
 */
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

const heartbeatMs = 10_000;

/** @param {string} line */
export const say = (line) => void process.stderr.write(`${line}\n`);

/** A failure whose message is all that a person needs. */
export class StepError extends Error {}

/**
 * Shows a step's start, that it goes on, and its end with the time it took.
 * @template Result
 * @param {string} title
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function step(title, work) {
  const startedAt = performance.now();
  const elapsed = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  say(`> ${title}`);
  const heartbeat = setInterval(() => say(`  … ${title}, ${elapsed()}`), heartbeatMs);
  try {
    const result = await work();
    say(`  done in ${elapsed()}`);
    return result;
  } finally {
    clearInterval(heartbeat);
  }
}

/**
 * Runs a program from the root of the repository and resolves to its exit status; 1 when a signal ended it.
 * What ends this process (Ctrl-C, SIGTERM) reaches the child first.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ quiet?: boolean, env?: NodeJS.ProcessEnv, shell?: boolean }} [options] `quiet` shows output only of a failure
 * @returns {Promise<number>}
 */
export function run(program, args, { quiet = false, env, shell = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], {
      cwd: root,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      shell,
      ...(env === undefined ? {} : { env }),
    });
    /** @type {Buffer[]} */
    const output = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => output.push(chunk));
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => void child.kill(signal);
    process.on('SIGINT', forward).on('SIGTERM', forward);
    child.once('error', (error) =>
      reject(new StepError(`${program} could not be started: ${error.message}`)),
    );
    child.once('close', (code) => {
      process.off('SIGINT', forward).off('SIGTERM', forward);
      if (code !== 0 && quiet) process.stderr.write(Buffer.concat(output));
      resolve(code ?? 1);
    });
  });
}

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/**
 * @param {readonly string[]} args
 * @param {{ quiet?: boolean }} [options]
 */
export const runNpm = (args, options) => run(npm, args, { ...options, shell: process.platform === 'win32' });

/** Throws StepError when this Node is too old for Thaw. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 15)) return;
  throw new StepError(
    `Thaw needs Node 20.15 or newer, and this is ${process.version}. Get a current one from https://nodejs.org/ or with your version manager.`,
  );
}

function dependenciesAreCurrent() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  return statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

/** Installs the dependencies of package-lock.json when they are missing or older. Throws StepError. */
export async function installDependencies() {
  if (dependenciesAreCurrent()) return;
  await step('Installing dependencies (npm ci)', async () => {
    const status = await runNpm(['ci', '--no-audit', '--no-fund', '--loglevel=error']);
    if (status === 0) return;
    throw new StepError(
      'npm ci failed. See its message above: most often the registry is out of reach (a proxy?), or node_modules belongs to another user.',
    );
  });
}

/**
 * Runs a script's main function; its failure becomes one line and status 1.
 * @param {() => Promise<number>} main resolves to the exit status
 */
export async function runScript(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    say(
      error instanceof StepError
        ? `thaw: ${error.message}`
        : String(error instanceof Error ? error.stack : error),
    );
    process.exitCode = 1;
  }
}

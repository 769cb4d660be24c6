/** Starts the programs that run code in a sandbox, and says clearly what an image lacks for that. */
import type { CodeLanguage, ContextLanguage } from '../../../schemas/code.ts';
import { isThawError, ThawError } from '../../errors.ts';
import { randomHex } from '../../ids.ts';
import type { AgentConnection, GuestProcess } from '../agent/port.ts';
import { MAX_IMAGE_BYTES } from './driver-frames.ts';
import { javascriptBootstrap, nodeShell, pythonBootstrap } from './drivers/bootstrap.ts';
import { javascriptDriver } from './drivers/javascript-driver.ts';
import { pythonCharts } from './drivers/python-charts.ts';
import { pythonDriver } from './drivers/python-driver.ts';
import { WRAP } from './javascript/prepare-cell.ts';

const ENOENT = 2;

/** Where and as whom code runs. */
export interface CodePlace {
  readonly agent: Pick<AgentConnection, 'spawn'>;
  readonly user: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
}

/** A process that has a driver in it; `nonce` is in the head of all that the driver says. */
export interface Launched {
  readonly process: GuestProcess;
  readonly nonce: string;
}

export const runtimeMissing = (language: CodeLanguage): ThawError => {
  const program = language === 'python' ? 'python3' : 'node';
  return new ThawError('runtime_missing', `The image of this sandbox has no ${program}.`, {
    context: { program },
  });
};

/** Throws `runtime_missing` when the program is not there, else as `AgentConnection.spawn`. */
export async function spawnRuntime(
  { agent, user, env, cwd }: CodePlace,
  language: CodeLanguage,
  argv: readonly string[],
): Promise<GuestProcess> {
  try {
    return await agent.spawn({ argv, user, env, stdin: true, ...(cwd === undefined ? {} : { cwd }) });
  } catch (error) {
    const absent =
      isThawError(error, 'command_not_started') &&
      error.context['step'] === 'exec' &&
      error.context['errno'] === ENOENT;
    throw absent ? runtimeMissing(language) : error;
  }
}

/** The driver and what it is told come first on its stdin; a process that ends before that is noticed by who reads it. */
async function handOver(process: GuestProcess, setup: Buffer): Promise<void> {
  await process.write(setup).catch(() => undefined);
}

async function launchPython(place: CodePlace, mode: object): Promise<Launched> {
  const nonce = randomHex(16);
  const setup = { driver: pythonDriver, charts: pythonCharts, nonce, imageBytes: MAX_IMAGE_BYTES, ...mode };
  const bytes = Buffer.from(JSON.stringify(setup));
  const argv = ['python3', '-c', pythonBootstrap, String(bytes.length)];
  const process = await spawnRuntime(place, 'python', argv);
  await handOver(process, bytes);
  return { process, nonce };
}

async function launchJavascript(place: CodePlace): Promise<Launched> {
  const nonce = randomHex(16);
  const setup = { driver: javascriptDriver, nonce, imageBytes: MAX_IMAGE_BYTES, wrap: WRAP };
  const bytes = Buffer.from(JSON.stringify(setup));
  const argv = ['/bin/sh', '-c', nodeShell, 'sh', '-e', javascriptBootstrap, String(bytes.length)];
  const process = await spawnRuntime(place, 'javascript', argv);
  await handOver(process, bytes);
  return { process, nonce };
}

/** An interpreter that waits for code. */
export const launchInterpreter = async (place: CodePlace, language: ContextLanguage): Promise<Launched> =>
  language === 'python' ? await launchPython(place, { once: false }) : await launchJavascript(place);

/** Python that runs one program, with both of its streams on stdout; stderr has what the driver says. */
export const launchPythonProgram = async (
  place: CodePlace,
  program: { readonly code: string; readonly argv: readonly string[] },
): Promise<Launched> => await launchPython(place, { once: true, ...program });

/** Finds out why a command did not start: the daemon's answer is text for people, so the facts are asked for. */
import { ThawError } from '../../errors.ts';
import { processLimit, type spawnError } from '../agent/errno.ts';
import { collect } from './collect.ts';
import { USER_SCRIPT } from './command-script.ts';
import { type SandboxLink, unreachable } from './sandbox-link.ts';

type Failure = Parameters<typeof spawnError>[0];

/** A start through the daemon needs this many processes and threads for a moment. */
const START_NEEDS = 24;
const PROBE_TIMEOUT_MS = 10_000;
const EAGAIN = 11;
const ENOENT = 2;

export const nameOf = (user: string): string => user.split(':', 1)[0] ?? '';

/** What the script says as root; null when it did not start in time. */
async function probe(link: SandboxLink, script: string, argument: string): Promise<string | null> {
  const argv = ['/bin/sh', '-c', script, 'sh', argument];
  try {
    const { stdout } = await collect(link, { argv }, { timeoutMs: PROBE_TIMEOUT_MS, maxBytes: 100 });
    return stdout.toString('latin1');
  } catch {
    return null;
  }
}

/** The failure in the agent's terms, for the caller to word; or the error itself where the sandbox is at fault, not the request. */
export async function diagnose(
  link: SandboxLink,
  user: string,
  cause: unknown,
): Promise<Failure | ThawError> {
  const facts = await link.docker.inspectContainer(link.containerId);
  if (facts?.running !== true || facts.paused)
    return unreachable('The container of the sandbox does not run.', cause);
  const { current, limit } = await link.docker.countProcesses(link.containerId);
  if (limit > 0 && current + START_NEEDS > limit) return processLimit({ errno: EAGAIN, step: 'fork' });
  const known = await probe(link, USER_SCRIPT, nameOf(user));
  if (known === 'no' || (known === 'yes' && user.includes(':'))) return { errno: ENOENT, step: 'user' };
  return new ThawError('engine_error', 'The Docker Engine did not start a command in the sandbox.', {
    cause,
    next: 'Without a guest agent the image needs /bin/sh and the usual tools. Run `thaw doctor` on the host to see what is missing.',
  });
}

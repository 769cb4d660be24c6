/** Whether memory snapshots of running processes are possible: experimental features and CRIU. */
import { tryCommand } from '../command.ts';
import { commandEnvironment, findProgram } from '../find-program.ts';
import type { Host } from '../host.ts';
import { daemonCheck } from './check.ts';

const timeoutMs = 5_000;
const minimumMajor = 4;

async function criuVersion(host: Host): Promise<string | null> {
  const path = await findProgram(host, 'criu');
  if (path === null) return null;
  const { tail } = await tryCommand([path, '--version'], { timeoutMs, env: commandEnvironment(host) });
  return /Version:\s*(\S+)/.exec(tail.join('\n'))?.[1] ?? 'of an unknown version';
}

export const checkpointCheck = daemonCheck(
  'checkpoint',
  'Memory snapshots (CRIU)',
  async (daemon, { host, local }) => {
    const experimental = `experimental features ${daemon.ExperimentalBuild ? 'on' : 'off'}`;
    const next = 'Needed only for forks and snapshots that carry running processes.';
    if (!local) return { status: 'info', found: `${experimental}; CRIU is on the daemon's machine or not` };
    const version = await criuVersion(host);
    const found = `${experimental}, ${version === null ? 'no CRIU' : `CRIU ${version}`}`;
    if (!daemon.ExperimentalBuild) {
      return { status: 'info', found, advice: `${next} Start the daemon with --experimental.` };
    }
    if (version === null)
      return { status: 'info', found, advice: `${next} Install CRIU ${minimumMajor} or newer.` };
    if (Number.parseInt(version, 10) < minimumMajor) {
      return { status: 'info', found, advice: `${next} New kernels need CRIU ${minimumMajor} or newer.` };
    }
    return { status: 'ok', found };
  },
);

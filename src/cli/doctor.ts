/** `thaw doctor`: every requirement and capability, found or not, and what to do. */
import { resolvePaths } from '../config.ts';
import { readOwnerFacts } from '../control/owner-lock.ts';
import { isProcessAlive } from '../control/process-alive.ts';
import { exitStatus, formatReport, runDoctor } from '../setup/doctor.ts';
import type { Command, Flags } from './command.ts';
import type { ProcessHost } from './host.ts';
import { machineOf } from './machine.ts';
import { stateDirFlag, stateDirHelp } from './owner-flags.ts';

const textOf = (value: string | boolean | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

async function doctor(flags: Flags, host: ProcessHost): Promise<number> {
  const paths = resolvePaths(textOf(flags['state-dir']), host.environment);
  const owner = readOwnerFacts(paths);
  const report = await runDoctor({
    host: machineOf(host),
    nodeVersion: host.nodeVersion,
    stateDir: paths.stateDir,
    dockerHost: textOf(flags['docker-host']) ?? host.environment['THAW_DOCKER_HOST'],
    image: textOf(flags['image']),
    ownerPid: owner !== null && isProcessAlive(owner.pid) ? owner.pid : null,
  });
  host.stdout.write(flags['json'] === true ? `${JSON.stringify(report, null, 2)}\n` : formatReport(report));
  return exitStatus(report);
}

export const doctorCommand: Command = {
  flags: {
    ...stateDirFlag,
    'docker-host': { type: 'string' },
    image: { type: 'string' },
    json: { type: 'boolean' },
  },
  help: () =>
    `Usage: thaw doctor [options]\n\nLooks at what Thaw needs and can use on this machine. Changes nothing. Ends with status 1 when something needed is missing.\n\nOptions:\n${stateDirHelp}  --docker-host TEXT  Docker Engine to look at (THAW_DOCKER_HOST)\n  --image TEXT     image of the default snapshot (THAW_DEFAULT_IMAGE)\n  --json           as JSON\n`,
  run: doctor,
};

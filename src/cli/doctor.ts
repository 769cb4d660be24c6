/** `thaw doctor`: every requirement and capability, found or not, and what to do. */
import { resolvePaths } from '../config.ts';
import { readOwnerFacts } from '../control/owner-lock.ts';
import { isProcessAlive } from '../control/process-alive.ts';
import { type DoctorReport, exitStatus, formatReport, runDoctor } from '../setup/doctor.ts';
import { backendFlags, backendFlagsHelp, backendOf } from './backend-choice.ts';
import type { Command, Flags } from './command.ts';
import { remoteReport } from './doctor-remote.ts';
import type { ProcessHost } from './host.ts';
import { machineOf } from './machine.ts';
import { stateDirFlag, stateDirHelp } from './owner-flags.ts';

const textOf = (value: string | boolean | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

function embeddedReport(flags: Flags, host: ProcessHost): Promise<DoctorReport> {
  const paths = resolvePaths(textOf(flags['state-dir']), host.environment);
  const owner = readOwnerFacts(paths);
  return runDoctor({
    host: machineOf(host),
    nodeVersion: host.nodeVersion,
    stateDir: paths.stateDir,
    dockerHost: textOf(flags['docker-host']) ?? host.environment['THAW_DOCKER_HOST'],
    image: textOf(flags['image']),
    ownerPid: owner !== null && isProcessAlive(owner.pid) ? owner.pid : null,
  });
}

async function doctor(flags: Flags, host: ProcessHost): Promise<number> {
  const choice = backendOf(flags, host);
  const report =
    choice.kind === 'remote' ? await remoteReport(choice.settings) : await embeddedReport(flags, host);
  host.stdout.write(flags['json'] === true ? `${JSON.stringify(report, null, 2)}\n` : formatReport(report));
  return exitStatus(report);
}

export const doctorCommand: Command = {
  flags: {
    ...stateDirFlag,
    ...backendFlags,
    'docker-host': { type: 'string' },
    image: { type: 'string' },
    json: { type: 'boolean' },
  },
  help: () =>
    `Usage: thaw doctor [options]\n\nLooks at what Thaw needs and can use on this machine. Changes nothing. Ends with status 1 when something needed is missing.\n\nOptions:\n${stateDirHelp}${backendFlagsHelp}  --docker-host TEXT  Docker Engine to look at (THAW_DOCKER_HOST)\n  --image TEXT     image of the default snapshot (THAW_DEFAULT_IMAGE)\n  --json           as JSON\n`,
  run: doctor,
};

/** What a command is run with: its shell, its user, where it starts, and its variables. */
import type { ExecRequest } from '../../../schemas/exec.ts';
import { ThawError } from '../../errors.ts';
import type { SpawnOptions } from '../agent/port.ts';
import type { EngineContext } from '../context.ts';
import type { SandboxRecord } from '../store/records.ts';
import { commandLine } from './choose-shell.ts';
import { startDirectory } from './start-directory.ts';

/** Throws `command_not_started` when the image has no shell and the command needs one. */
export function prepareCommand(
  context: EngineContext,
  record: SandboxRecord,
  request: Pick<ExecRequest, 'command' | 'cwd' | 'env' | 'user'>,
): SpawnOptions {
  const env = { ...record.env, ...request.env };
  const traits = context.snapshots.traits(record.imageId);
  const argv = commandLine(traits === null ? '/bin/sh' : traits.shell, request.command, env);
  if (argv === null) {
    throw new ThawError('command_not_started', `The image of sandbox ${record.name} has no shell.`, {
      next: 'Name one program by its path, with plain words as arguments, or use a snapshot with /bin/sh.',
    });
  }
  const user = request.user ?? record.user;
  const cwd = startDirectory(context, record, user, request.cwd);
  return { argv, env, user, ...(cwd === undefined ? {} : { cwd }) };
}

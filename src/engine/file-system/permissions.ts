/** Sets owner, group and mode, with the sandbox's user's rights: by the agent's own program, which every image can run. */
import type { SetPermissions } from '../../../schemas/file-system.ts';
import { ThawError } from '../../errors.ts';
import { codeOf } from '../agent/errno.ts';
import { runProgram } from '../exec/run-program.ts';
import { AGENT_PATH } from '../guest/agent-volume.ts';
import type { FileAccess } from './scope.ts';

const TIMEOUT_MS = 15_000;
const MAX_OUTPUT_BYTES = 4_096;
/** The program's own refusal, for a user or group that there is not. */
const NO_SUCH_PRINCIPAL = 3;

/** Throws `file_not_found`, `permission_denied`, `invalid_argument`. */
export async function setPermissions(
  { context, sandbox, call }: FileAccess,
  { path, owner, group, mode }: SetPermissions,
): Promise<void> {
  if (context.volume === null) {
    throw new ThawError(
      'unsupported',
      'Setting permissions needs the guest agent, and this sandbox runs without one.',
      {
        next: 'Run chmod or chown as a command.',
      },
    );
  }
  const argv = [AGENT_PATH, 'set-attributes', path, mode ?? '-', owner ?? '-', group ?? '-'];
  const { exit, stderr } = await runProgram(
    context,
    sandbox,
    { argv, timeoutMs: TIMEOUT_MS, maxOutputBytes: MAX_OUTPUT_BYTES },
    call,
  );
  if (exit.code === 0) return;
  if (exit.code === NO_SUCH_PRINCIPAL)
    throw new ThawError('invalid_argument', 'There is no such user or group in the sandbox.');
  const errno = Number(/^(\d{1,4}) /.exec(stderr)?.[1] ?? 0);
  throw new ThawError(
    codeOf(errno),
    `The permissions of ${path} cannot be set: ${stderr.replace(/^\d+ /, '').trim().slice(0, 200)}.`,
  );
}

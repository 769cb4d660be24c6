/** Handing a command that runs over to a job's supervisor (operation 5 of `src/guest/PROTOCOL.md`). */
import { ThawError } from '../../errors.ts';
import { type AgentLink, unreachable } from './agent-link.ts';
import { ByteWriter } from './byte-writer.ts';
import { StartFailure } from './channel.ts';
import { withDeadline } from './deferred.ts';
import { codeOf, describeErrno } from './errno.ts';

const OPERATION = 5;
const TIMEOUT_MS = 5_000;
const ESRCH = 3;

export interface Handover {
  /** The channel of the command. */
  readonly channel: number;
  /** How much of each of its streams was delivered. */
  readonly consumed: readonly number[];
  readonly directory: string;
}

/** False: the command has ended. Throws when it stays where it is for another reason. */
export async function handOverChannel(
  link: AgentLink,
  { channel: id, consumed, directory }: Handover,
): Promise<boolean> {
  const request = new ByteWriter()
    .u8(OPERATION)
    .u32(id)
    .u64(...consumed)
    .text(directory, 'directory');
  const channel = link.open(request.finish());
  try {
    await withDeadline(channel.started, TIMEOUT_MS, () =>
      unreachable(`The guest agent did not hand a command over within ${TIMEOUT_MS} ms.`),
    );
    return true;
  } catch (error) {
    channel.release(unreachable('The handover was given up.'));
    if (!(error instanceof StartFailure)) throw error;
    const { errno } = error.failure;
    if (errno === ESRCH) return false;
    throw new ThawError(codeOf(errno), `The command cannot be handed over: ${describeErrno(errno)}.`);
  }
}

/** Asks an agent to listen for a direct link. */
import { ThawError } from '../../errors.ts';
import type { AgentLink } from './agent-link.ts';
import { ByteReader } from './byte-reader.ts';
import { codeOf, describeErrno } from './errno.ts';
import { request } from './frame.ts';

/** Resolves with the descriptor that leads to the agent's socket. */
export async function offerDirect(link: AgentLink, keys: Buffer, timeoutMs: number): Promise<number> {
  const answer = new ByteReader(await link.call(request.direct, keys, timeoutMs));
  const errno = answer.u32();
  answer.u16();
  const descriptor = answer.u32();
  answer.end();
  if (errno === 0) return descriptor;
  throw new ThawError(
    codeOf(errno),
    `The guest agent cannot listen for a direct link: ${describeErrno(errno)}.`,
  );
}

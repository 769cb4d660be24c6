/** The questions of a guest's programs for names, taken by its agent (operation 4 of `src/guest/PROTOCOL.md`). */
import { ThawError } from '../../errors.ts';
import { type AgentLink, unreachable } from './agent-link.ts';
import { ByteWriter } from './byte-writer.ts';
import { type Channel, StartFailure } from './channel.ts';
import { withDeadline } from './deferred.ts';
import { codeOf, describeErrno } from './errno.ts';
import type { GuestQuestion } from './port.ts';
import { violation } from './violation.ts';

const OPERATION = 4;
const HEAD_BYTES = 7;
const MAX_QUESTION_BYTES = 1232;
const MAX_ANSWER_BYTES = 65_535;
const OVER_TCP = 1;

function toQuestion(channel: Channel, record: Buffer): GuestQuestion {
  const id = record.readUInt32LE(0);
  return {
    transport: record[4] === OVER_TCP ? 'tcp' : 'udp',
    message: Buffer.from(record.subarray(HEAD_BYTES)),
    async answer(message) {
      if (message.length > MAX_ANSWER_BYTES) throw new TypeError('an answer has at most 65535 bytes');
      const head = Buffer.alloc(6);
      head.writeUInt32LE(id, 0);
      head.writeUInt16LE(message.length, 4);
      await channel.input.write(Buffer.concat([head, message]));
    },
  };
}

async function* questions(channel: Channel): AsyncGenerator<GuestQuestion> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of channel.outputs[0]) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= HEAD_BYTES) {
      const length = rest.readUInt16LE(5);
      if (length === 0 || length > MAX_QUESTION_BYTES) throw violation('a question has an impossible length');
      if (rest.length < HEAD_BYTES + length) break;
      yield toQuestion(channel, rest.subarray(0, HEAD_BYTES + length));
      rest = rest.subarray(HEAD_BYTES + length);
    }
  }
}

/** Listens until the connection ends. Throws when the port is taken or the agent cannot listen. */
export async function takeQuestions(
  link: AgentLink,
  port: number,
  timeoutMs: number,
): Promise<AsyncIterable<GuestQuestion>> {
  const channel = link.open(new ByteWriter().u8(OPERATION).u16(port).finish());
  try {
    await withDeadline(channel.started, timeoutMs, () =>
      unreachable(`The guest agent did not take questions within ${timeoutMs} ms.`),
    );
  } catch (error) {
    channel.release(unreachable('The questions were given up.'));
    if (!(error instanceof StartFailure)) throw error;
    const { errno } = error.failure;
    throw new ThawError(codeOf(errno), `The guest agent cannot take questions: ${describeErrno(errno)}.`);
  }
  return questions(channel);
}

/** The WebSocket on which an interpreter runs code: frames in, events out, and how it ended (reference §4.4). */
import { z } from 'zod';
import { ExecutionOutcome, InterpreterEvent } from '../../../schemas/code.ts';
import type { InterpreterListener } from '../../backend/code-operations.ts';
import { type ErrorCode, errorKinds, ThawError } from '../../errors.ts';
import type { PacedSocket, SocketMessage } from '../../http/web-socket.ts';
import { cleanText } from '../clean-text.ts';

const NORMAL = 1000;
const POLICY_VIOLATION = 1008;
const TIMED_OUT = 4008;

/** `outcome` and `refusal` are those of a Thaw server. */
const Frame = z.union([
  InterpreterEvent,
  z.object({ type: z.literal('control'), text: z.string() }),
  z.object({ type: z.literal('outcome'), outcome: ExecutionOutcome }),
  z.object({ type: z.literal('refusal'), code: z.string(), message: z.string(), next: z.string() }),
]);
type Frame = z.output<typeof Frame>;

/** What is known of the end; the rest is for the caller to know. */
export type CodeEnd = Pick<ExecutionOutcome, 'status' | 'note' | 'contextLost'> & Partial<ExecutionOutcome>;

/** How servers that send no outcome tell that the process of the interpreter ended. */
const DIED = 'InterpreterDied';

/** Null for what is no frame: servers may have others. */
function parseFrame({ data, isBinary }: SocketMessage): Frame | null {
  if (isBinary) return null;
  try {
    const parsed = Frame.safeParse(JSON.parse(data.toString('utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorKinds, code);

function refused({ code, message, next }: Extract<Frame, { type: 'refusal' }>, secrets: readonly string[]) {
  const known = isErrorCode(code) ? code : 'backend_error';
  return new ThawError(known, cleanText(message, secrets), { next: cleanText(next, secrets) });
}

/**
 * Hands the events to `listener` until the code ended. Null: the connection was cut before that. Throws what the server
 * refuses it with, and what `listener` throws.
 */
export async function followCode(
  socket: PacedSocket,
  listener: InterpreterListener,
  secrets: readonly string[],
): Promise<CodeEnd | null> {
  let outcome: ExecutionOutcome | null = null;
  let status: CodeEnd['status'] | null = null;
  let failure: CodeEnd['status'] = 'completed';
  for await (const message of socket.messages) {
    const frame = parseFrame(message);
    if (frame === null) continue;
    if (frame.type === 'outcome') outcome = frame.outcome;
    else if (frame.type === 'refusal') throw refused(frame, secrets);
    else if (frame.type === 'control') {
      if (frame.text === 'completed') status = failure;
      if (frame.text === 'interrupted') status = 'timed_out';
    } else {
      if (frame.type === 'error') failure = frame.name === DIED ? 'died' : 'failed';
      await listener(frame);
    }
  }
  if (outcome !== null) return outcome;
  const { code, reason } = await socket.ended;
  const said = cleanText(reason, secrets);
  if (code === TIMED_OUT) return { status: 'timed_out', note: said === '' ? null : said, contextLost: false };
  if (status === null && code === NORMAL) status = failure;
  if (status !== null) return { status, note: null, contextLost: status === 'died' };
  if (said === '') return null;
  throw new ThawError(code === POLICY_VIOLATION ? 'invalid_argument' : 'backend_error', said);
}

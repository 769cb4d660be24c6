/** What only the host helper's agent does: direct writes and reads of the host's files. */
import { ThawError } from '../../errors.ts';
import type { AgentLink } from './agent-link.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { codeOf, describeErrno } from './errno.ts';
import { MAX_PAYLOAD_BYTES, request } from './frame.ts';
import type { RawWrite } from './port.ts';

const OPTIONAL = 1;
const ANSWER_HEAD_BYTES = 6;

function fail(errno: number, path: string): never {
  const code = errno === 1 ? 'permission_denied' : codeOf(errno);
  throw new ThawError(code, `${path}: ${describeErrno(errno)}.`, { context: { path, errno } });
}

/** Throws for the first write that fails, with its path; the ones before it are done. */
export async function rawWrite(
  link: AgentLink,
  writes: readonly RawWrite[],
  timeoutMs: number,
): Promise<void> {
  const writer = new ByteWriter().u16(writes.length);
  for (const { path, data, optional = false } of writes) {
    writer
      .u8(optional ? OPTIONAL : 0)
      .text(path, 'path')
      .bytes(Buffer.from(data));
  }
  const payload = writer.finish();
  if (payload.length > MAX_PAYLOAD_BYTES) {
    throw new ThawError('invalid_argument', `The writes exceed ${MAX_PAYLOAD_BYTES} bytes together.`);
  }
  const answer = new ByteReader(await link.call(request.rawWrite, payload, timeoutMs));
  const [errno, index] = [answer.u32(), answer.u16()];
  if (errno !== 0) fail(errno, writes[index]?.path ?? 'a host file');
}

/** The content of a small file as UTF-8 text. Throws `file_too_large` above 64 KiB less a few bytes. */
export async function rawRead(link: AgentLink, path: string, timeoutMs: number): Promise<string> {
  const answer = new ByteReader(
    await link.call(request.rawRead, new ByteWriter().text(path, 'path').finish(), timeoutMs),
  );
  const errno = answer.u32();
  answer.take(ANSWER_HEAD_BYTES - 4);
  if (errno !== 0) fail(errno, path);
  return answer.text(answer.left);
}

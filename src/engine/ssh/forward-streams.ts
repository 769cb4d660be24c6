/** Forwarded connections through the agent's `forward-…` programs: sockets of the sandbox as streams, and listeners in it. */
import type {
  AcceptedConnection,
  AccessListener,
  AccessProcess,
  AccessSocket,
  ListenAddress,
} from '../../backend/sandbox-access.ts';
import { ThawError } from '../../errors.ts';
import { withDeadline } from '../agent/deferred.ts';
import { AGENT_PATH } from '../guest/agent-volume.ts';

const OPEN_TIMEOUT_MS = 10_000;
const MAX_LINE_BYTES = 128;
const MAX_REASON_BYTES = 500;
const SIGKILL = 9;
const ACCEPTED = /^(\d{1,10}) ([0-9a-fA-F.:-]{1,45}) (\d{1,5})$/;

/** Starts one of the agent's programs as the sandbox's user. */
export type StartProgram = (argv: readonly string[]) => Promise<AccessProcess>;

const late = (): Error => new ThawError('timeout', 'Nothing answered in the sandbox in time.');

/** Why a program ended before it did what it was started for. */
async function refusal(process: AccessProcess): Promise<ThawError> {
  let text = '';
  for await (const chunk of process.output('stderr')) {
    text += chunk.toString('utf8', 0, MAX_REASON_BYTES);
    if (text.length >= MAX_REASON_BYTES) break;
  }
  return new ThawError('state_conflict', `The sandbox refused: ${text.trim() || 'no reason given'}.`, {
    next: 'See what listens there in the sandbox, and whether its user may use it.',
  });
}

async function firstChunk(process: AccessProcess, chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  try {
    const first = await withDeadline(chunks.next(), OPEN_TIMEOUT_MS, late);
    if (first.done !== true) return first.value;
    throw await withDeadline(refusal(process), OPEN_TIMEOUT_MS, late);
  } catch (error) {
    process.signal(SIGKILL);
    throw error;
  }
}

async function* follow(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** A program that says NUL once it is connected, and carries bytes from then on. */
async function openSocket(process: AccessProcess): Promise<AccessSocket> {
  const chunks = process.output('stdout')[Symbol.asyncIterator]();
  const first = await firstChunk(process, chunks);
  return {
    received: follow(first.subarray(1), chunks),
    write: (data) => process.write(data),
    end: () => process.closeStdin(),
    destroy: () => process.signal(SIGKILL),
  };
}

/** Lines of a program that runs with the rights of whoever is in the sandbox: a line too long ends them. */
async function* lines(chunks: AsyncIterator<Buffer>): AsyncGenerator<string> {
  let held = '';
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
    const parts = (held + next.value.toString('latin1')).split('\n');
    held = parts.pop() ?? '';
    yield* parts;
    if (held.length > MAX_LINE_BYTES) return;
  }
}

export async function connectUnix(start: StartProgram, path: string): Promise<AccessSocket> {
  return await openSocket(await start([AGENT_PATH, 'forward-connect', path]));
}

/** `name` is a secret: whoever knows it and runs as the same user may take the connections. */
export async function listenInSandbox(
  start: StartProgram,
  address: ListenAddress,
  name: string,
): Promise<AccessListener> {
  const place = address.kind === 'tcp' ? String(address.port) : address.path;
  const process = await start([AGENT_PATH, 'forward-listen', address.kind, place, name]);
  const reader = lines(process.output('stdout')[Symbol.asyncIterator]());
  const first = await firstLine(process, reader);
  const take = async (id: string): Promise<AccessSocket> =>
    await openSocket(await start([AGENT_PATH, 'forward-take', name, id]));
  async function* accepted(): AsyncGenerator<AcceptedConnection> {
    for await (const line of reader) {
      const [, id = '', host = '', port = ''] = ACCEPTED.exec(line) ?? [];
      if (id === '') return;
      yield { host: host === '-' ? '' : host, port: Number(port), take: async () => await take(id) };
    }
  }
  return { port: Number(first), accepted: accepted(), close: () => process.closeStdin() };
}

async function firstLine(process: AccessProcess, reader: AsyncGenerator<string>): Promise<string> {
  try {
    const first = await withDeadline(reader.next(), OPEN_TIMEOUT_MS, late);
    if (first.done === true) throw await withDeadline(refusal(process), OPEN_TIMEOUT_MS, late);
    if (!/^\d{1,5}$/.test(first.value))
      throw new ThawError('agent_protocol', 'A listener in the sandbox sent nonsense.');
    return first.value;
  } catch (error) {
    process.signal(SIGKILL);
    throw error;
  }
}

/** The terminals group of the port over the toolbox: bytes both ways on a WebSocket, and text frames that tell of start and end. */
import { z } from 'zod';
import type { CreateTerminal, Terminal } from '../../../schemas/terminals.ts';
import type { CallContext } from '../../backend/port.ts';
import type {
  TerminalConnection,
  TerminalExit,
  TerminalOperations,
} from '../../backend/terminal-operations.ts';
import { ThawError } from '../../errors.ts';
import type { PacedSocket, SocketMessage } from '../../http/web-socket.ts';
import { cleanText } from '../clean-text.ts';
import type { RemoteContext } from '../context.ts';
import { cutOff, openSocket } from '../web-socket.ts';
import { NO_TIME, orElse } from '../wire/values.ts';
import { askToolbox, atToolbox, callToolbox } from './call.ts';

const PATH = '/process/pty';
const NAME = `GET ${PATH}/{id}/connect`;
const EXIT_CONTROL = 'X-Daytona-Pty-Exit-Control';
const NORMAL = 1000;
const codes = { 404: 'terminal_not_found', 409: 'terminal_exists', 410: 'terminal_ended' } as const;

const WireTerminal = z.looseObject({
  id: z.string(),
  cwd: orElse(z.string(), ''),
  envs: orElse(z.record(z.string(), z.string()), {}),
  cols: orElse(z.number().int(), 80),
  rows: orElse(z.number().int(), 24),
  createdAt: orElse(z.string(), NO_TIME),
  active: orElse(z.boolean(), false),
  lazyStart: orElse(z.boolean(), false),
});
const WireCreated = z.looseObject({ sessionId: z.string() });
const WireTerminals = z.looseObject({ sessions: z.array(WireTerminal).nullish() });
const Control = z.looseObject({ type: z.literal('control'), status: z.string() });
const CloseReason = z.looseObject({ exitCode: z.number().int(), exitReason: z.string().nullish() });

/** The exit code is told to who is connected, and to nobody else. */
const toTerminal = ({
  id,
  cwd,
  envs,
  cols,
  rows,
  createdAt,
  active,
  lazyStart,
}: z.output<typeof WireTerminal>): Terminal => ({
  id,
  cwd,
  envs,
  cols,
  rows,
  createdAt,
  active,
  lazyStart,
  exitCode: null,
});

function parse<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> | null {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Text frames of the server's own are in between what the terminal printed. */
const isControl = ({ data, isBinary }: SocketMessage): boolean =>
  !isBinary && data[0] === 0x7b && parse(Control, data.toString('utf8')) !== null;

/** What was printed, as it comes. */
async function* printed(socket: PacedSocket): AsyncGenerator<Buffer> {
  for await (const message of socket.messages) if (!isControl(message)) yield message.data;
}

/** The close says how the terminal ended. */
async function ending(socket: PacedSocket, url: string, secrets: readonly string[]): Promise<TerminalExit> {
  const { code, reason } = await socket.ended;
  const told = parse(CloseReason, reason);
  const said = cleanText(told?.exitReason ?? (told === null ? reason : ''), secrets);
  if (told !== null) return { exitCode: told.exitCode, reason: said };
  if (code === NORMAL) throw new ThawError('cancelled', 'The terminal was left before it ended.');
  throw said === '' ? cutOff(NAME, url) : new ThawError('terminal_ended', said);
}

/** One client's end of a WebSocket. */
function connectionOf(socket: PacedSocket, url: string, secrets: readonly string[]): TerminalConnection {
  const exited = ending(socket, url, secrets);
  exited.catch(() => undefined);
  return {
    output: printed(socket),
    exited,
    write: (data) => socket.send(data),
    close: () => socket.close(NORMAL),
  };
}

export function terminalOperations(remote: RemoteContext): TerminalOperations {
  const { settings } = remote.api;
  const at = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;

  async function get(sandbox: string, id: string, context: CallContext): Promise<Terminal> {
    const request = { method: 'GET', path: at(id), idempotent: true, codes };
    return toTerminal((await callToolbox(remote, sandbox, request, WireTerminal, context)).value);
  }

  return {
    get,
    async create(sandbox: string, input: CreateTerminal, context) {
      const request = { method: 'POST', path: PATH, json: input, codes: { 409: codes[409] } };
      const { sessionId } = (await callToolbox(remote, sandbox, request, WireCreated, context)).value;
      return await get(sandbox, sessionId, context);
    },
    async list(sandbox, context) {
      const request = { method: 'GET', path: PATH, idempotent: true };
      const { sessions } = (await callToolbox(remote, sandbox, request, WireTerminals, context)).value;
      return (sessions ?? []).map(toTerminal);
    },
    async resize(sandbox, id, size, context) {
      const request = { method: 'POST', path: `${at(id)}/resize`, json: size, idempotent: true, codes };
      return toTerminal((await callToolbox(remote, sandbox, request, WireTerminal, context)).value);
    },
    async delete(sandbox, id, context) {
      const last = await get(sandbox, id, context);
      await askToolbox(remote, sandbox, { method: 'DELETE', path: at(id), codes }, context);
      return last;
    },
    connect: async (sandbox, id, context) =>
      await atToolbox(remote, sandbox, context, async (place) => {
        const url = `${place.url}${at(id)}/connect`;
        const request = { url, protocols: [EXIT_CONTROL], operation: { name: NAME, codes } };
        return connectionOf(await openSocket(remote.api, request, context.signal), url, [settings.token]);
      }),
  };
}

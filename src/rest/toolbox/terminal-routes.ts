/** Routes of pseudo terminals, and their WebSockets: bytes both ways, and text frames that tell of start and end (reference §4.2, §4.4). */
import { z } from 'zod';
import { CreateTerminal, ResizeTerminal, type Terminal } from '../../../schemas/terminals.ts';
import { requireGroup } from '../../backend/port.ts';
import type { TerminalConnection } from '../../backend/terminal-operations.ts';
import { ThawError, toThawError } from '../../errors.ts';
import type { PacedSocket } from '../../http/web-socket.ts';
import { check, readJson, readQuery } from './body.ts';
import { given } from './given.ts';
import { json, type ToolboxCall, type ToolboxRoute } from './route.ts';
import { offeredProtocols } from './socket.ts';

const EXIT_CONTROL = 'X-Daytona-Pty-Exit-Control';
const ENVS = 'X-Daytona-Pty-Envs~';
const NORMAL = 1000;
const INTERNAL = 1011;

const number = z.coerce.number().int();
const ConnectQuery = z.object({
  id: CreateTerminal.shape.id,
  cols: number.pipe(ResizeTerminal.shape.cols).optional(),
  rows: number.pipe(ResizeTerminal.shape.rows).optional(),
  cwd: CreateTerminal.shape.cwd,
});

const terminals = ({ backend }: ToolboxCall) => requireGroup(backend, 'terminals');

const toInfo = ({ exitCode: _exitCode, ...info }: Terminal) => info;

const sessionId = ({ parameters }: ToolboxCall): string => parameters['sessionId'] ?? '';

/** Variables travel as a subprotocol: a browser cannot set headers. */
function envsOf(offered: readonly string[]): unknown {
  const encoded = offered.find((name) => name.startsWith(ENVS))?.slice(ENVS.length);
  if (encoded === undefined || encoded === '') return undefined;
  try {
    return JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'));
  } catch (error) {
    throw new ThawError('invalid_argument', `${ENVS}…: is no JSON in base64url.`, { cause: error });
  }
}

async function type(socket: PacedSocket, connection: TerminalConnection): Promise<void> {
  for await (const { data } of socket.messages) await connection.write(data);
}

async function show(socket: PacedSocket, connection: TerminalConnection): Promise<void> {
  for await (const chunk of connection.output) await socket.send(chunk);
}

const control = (fields: object): string => JSON.stringify({ type: 'control', ...fields });

/** Until the terminal ends or the client leaves, whichever comes first. */
async function carry(
  call: ToolboxCall,
  accept: () => Promise<PacedSocket>,
  connection: TerminalConnection,
): Promise<void> {
  const leave = (): void => connection.close();
  // Whoever goes away during the handshake has left, too.
  call.context.signal.addEventListener('abort', leave, { once: true });
  const socket = await accept();
  socket.closed.addEventListener('abort', leave, { once: true });
  if (socket.closed.aborted) leave();
  await socket.send(control({ status: 'connected' }));
  const typing = type(socket, connection);
  typing.catch(() => undefined);
  await show(socket, connection);
  if (socket.closed.aborted) return;
  try {
    const { exitCode, reason } = await connection.exited;
    if (offeredProtocols(call).includes(EXIT_CONTROL))
      await socket.send(control({ status: 'exited', exitCode, exitReason: reason }));
    socket.close(NORMAL, JSON.stringify({ exitCode, exitReason: reason }));
  } catch (error) {
    const { message } = toThawError(error);
    await socket.send(control({ status: 'error', error: message }));
    socket.close(INTERNAL, message);
  }
}

export const terminalRoutes: readonly ToolboxRoute[] = [
  {
    method: 'GET',
    path: '/process/pty',
    async handle(call) {
      const list = await terminals(call).list(call.sandbox, call.context);
      return json({ sessions: list.map(toInfo) });
    },
  },
  {
    method: 'POST',
    path: '/process/pty',
    async handle(call) {
      const input = await readJson(call, CreateTerminal);
      const { id } = await terminals(call).create(call.sandbox, input, call.context);
      return json({ sessionId: id }, 201);
    },
  },
  {
    method: 'GET',
    path: '/process/pty/{sessionId}',
    async handle(call) {
      return json(toInfo(await terminals(call).get(call.sandbox, sessionId(call), call.context)));
    },
  },
  {
    method: 'DELETE',
    path: '/process/pty/{sessionId}',
    async handle(call) {
      await terminals(call).delete(call.sandbox, sessionId(call), call.context);
      return json({ message: 'PTY session deleted' });
    },
  },
  {
    method: 'POST',
    path: '/process/pty/{sessionId}/resize',
    async handle(call) {
      const size = await readJson(call, ResizeTerminal);
      return json(toInfo(await terminals(call).resize(call.sandbox, sessionId(call), size, call.context)));
    },
  },
  {
    method: 'GET',
    path: '/process/pty/{sessionId}/connect',
    async socket(call, accept) {
      const connection = await terminals(call).connect(call.sandbox, sessionId(call), call.context);
      await carry(call, accept, connection);
    },
  },
  {
    method: 'GET',
    path: '/process/pty/create-connect',
    async socket(call, accept) {
      const envs = envsOf(offeredProtocols(call));
      const query = readQuery(call, ConnectQuery);
      const input = check(CreateTerminal, given({ ...query, envs }));
      const { id } = await terminals(call).create(call.sandbox, input, call.context);
      const connection = await terminals(call).connect(call.sandbox, id, call.context);
      await carry(call, accept, connection);
    },
  },
];

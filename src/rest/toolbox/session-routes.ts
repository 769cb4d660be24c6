/** Routes of sessions and their commands (reference §4.2, §4.3). */
import { z } from 'zod';
import { SessionExec, SessionId } from '../../../schemas/sessions.ts';
import { requireGroup } from '../../backend/port.ts';
import { ThawError } from '../../errors.ts';
import { readJson } from './body.ts';
import { empty, json, type ToolboxCall, type ToolboxRoute, text } from './route.ts';
import { marked, oneText, outputForm, splitOutput } from './session-log.ts';

/** The API's own session: what the image starts. A sandbox of Thaw starts nothing but its agent. */
const ENTRYPOINT = 'entrypoint';

const CreateBody = z.object({ sessionId: SessionId });
const ExecBody = z.object({
  command: SessionExec.shape.command,
  runAsync: z.boolean().nullish(),
  async: z.boolean().nullish(),
});
const InputBody = z.object({ data: z.string().max(1_000_000) });

const sessions = ({ backend }: ToolboxCall) => requireGroup(backend, 'sessions');
const sessionId = ({ parameters }: ToolboxCall): string => parameters['sessionId'] ?? '';
const commandId = ({ parameters }: ToolboxCall): string => parameters['commandId'] ?? '';
const follows = ({ query }: ToolboxCall): boolean => query.get('follow') === 'true';

async function* concat(call: ToolboxCall): AsyncGenerator<Uint8Array> {
  const form = outputForm(call);
  const chunks = sessions(call).follow(call.sandbox, sessionId(call), commandId(call), call.context);
  for await (const chunk of chunks) yield form === 'plain' ? chunk.data : marked(chunk);
}

export const sessionRoutes: readonly ToolboxRoute[] = [
  {
    method: 'GET',
    path: '/process/session',
    handle: async (call) => json(await sessions(call).list(call.sandbox, call.context)),
  },
  {
    method: 'POST',
    path: '/process/session',
    async handle(call) {
      const body = await readJson(call, CreateBody);
      if (body.sessionId === ENTRYPOINT)
        throw new ThawError('session_exists', 'The session entrypoint is there already.');
      await sessions(call).create(call.sandbox, body.sessionId, call.context);
      return empty(201);
    },
  },
  {
    method: 'GET',
    path: '/process/session/entrypoint',
    handle: () => Promise.resolve(json({ sessionId: ENTRYPOINT, commands: [] })),
  },
  {
    method: 'GET',
    path: '/process/session/entrypoint/logs',
    handle: (call) =>
      Promise.resolve(outputForm(call) === 'split' ? json(splitOutput([])) : text(oneText([], 'plain'))),
  },
  {
    method: 'GET',
    path: '/process/session/{sessionId}',
    handle: async (call) => json(await sessions(call).get(call.sandbox, sessionId(call), call.context)),
  },
  {
    method: 'DELETE',
    path: '/process/session/{sessionId}',
    async handle(call) {
      await sessions(call).delete(call.sandbox, sessionId(call), call.context);
      return empty(204);
    },
  },
  {
    method: 'POST',
    path: '/process/session/{sessionId}/exec',
    async handle(call) {
      const { command, runAsync, async: isAsync } = await readJson(call, ExecBody);
      if (sessionId(call) === ENTRYPOINT)
        throw new ThawError('invalid_argument', "can't execute command in entrypoint session");
      const request = { command, runAsync: runAsync ?? isAsync ?? false };
      const { cmdId, ended } = await sessions(call).exec(
        call.sandbox,
        sessionId(call),
        request,
        call.context,
      );
      if (ended === undefined) return json({ cmdId }, 202);
      const { exitCode, chunks } = ended;
      const form = outputForm(call);
      if (form === 'split') return json({ cmdId, ...splitOutput(chunks), exitCode });
      return json({ cmdId, output: oneText(chunks, form), exitCode });
    },
  },
  {
    method: 'GET',
    path: '/process/session/{sessionId}/command/{commandId}',
    handle: async (call) =>
      json(await sessions(call).command(call.sandbox, sessionId(call), commandId(call), call.context)),
  },
  {
    method: 'GET',
    path: '/process/session/{sessionId}/command/{commandId}/logs',
    async handle(call) {
      if (follows(call)) {
        // What cannot be followed is an ordinary error, before the answer begins.
        await sessions(call).command(call.sandbox, sessionId(call), commandId(call), call.context);
        const headers = { 'content-type': 'text/plain; charset=utf-8' };
        return { kind: 'stream', status: 200, headers, chunks: concat(call) };
      }
      const chunks = await sessions(call).logs(call.sandbox, sessionId(call), commandId(call), call.context);
      const form = outputForm(call);
      return form === 'split' ? json(splitOutput(chunks)) : text(oneText(chunks, form));
    },
    async socket(call, accept) {
      await sessions(call).command(call.sandbox, sessionId(call), commandId(call), call.context);
      const socket = await accept();
      const controller = new AbortController();
      const signal = AbortSignal.any([call.context.signal, socket.closed, controller.signal]);
      const context = { ...call.context, signal };
      const chunks = sessions(call).follow(call.sandbox, sessionId(call), commandId(call), context);
      for await (const chunk of chunks) await socket.send(marked(chunk));
    },
    readOnly: true,
  },
  {
    method: 'POST',
    path: '/process/session/{sessionId}/command/{commandId}/input',
    async handle(call) {
      const { data } = await readJson(call, InputBody);
      const bytes = Buffer.from(data);
      await sessions(call).input(call.sandbox, sessionId(call), commandId(call), bytes, call.context);
      return empty(204);
    },
  },
];

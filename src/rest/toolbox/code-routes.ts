/** Routes that run code: whole programs, and interpreter contexts with their WebSocket (reference §4.2, §4.4). */
import { z } from 'zod';
import {
  CodeLanguage,
  CodeRunRequest,
  ContextLanguage,
  CreateInterpreter,
  ExecuteCode,
  type InterpreterContext,
  type InterpreterEvent,
} from '../../../schemas/code.ts';
import { requireGroup } from '../../backend/port.ts';
import { ThawError, toThawError } from '../../errors.ts';
import type { PacedSocket } from '../../http/web-socket.ts';
import { check, readJson } from './body.ts';
import { given } from './given.ts';
import { json, type ToolboxCall, type ToolboxRoute } from './route.ts';

const NORMAL = 1000;
const POLICY_VIOLATION = 1008;
const TIMED_OUT = 4008;
/** How long a client may take to say what to run. */
const REQUEST_MS = 30_000;

/** Seconds; null and 0 are how some clients leave it out. */
const Timeout = z.number().min(0).max(86_400).nullish();

const CodeRunBody = z.object({
  code: CodeRunRequest.shape.code,
  language: CodeLanguage,
  argv: CodeRunRequest.shape.argv.nullable(),
  envs: CodeRunRequest.shape.env.nullable(),
  timeout: Timeout,
});

const ContextBody = z.object({
  cwd: z.union([CreateInterpreter.shape.cwd, z.literal('')]).nullish(),
  language: z.union([ContextLanguage, z.literal('')]).nullish(),
});

const ExecuteBody = z.object({
  code: ExecuteCode.shape.code,
  contextId: z.union([ExecuteCode.shape.contextId, z.literal('')]).nullish(),
  language: ContextLanguage.nullish(),
  envs: ExecuteCode.shape.env.nullable(),
  timeout: Timeout,
});

const interpreters = ({ backend }: ToolboxCall) => requireGroup(backend, 'interpreters');

const orAbsent = <T>(value: T | null | '' | 0): T | undefined =>
  value === null || value === '' || value === 0 ? undefined : value;

const toApi = ({ id, cwd, language, createdAt }: InterpreterContext) => ({
  id,
  cwd,
  language,
  active: true,
  createdAt,
});

/** The first message of a client. Throws `invalid_argument` when none comes in time, or none that makes sense. */
async function firstRequest(
  { clock }: ToolboxCall,
  socket: PacedSocket,
): Promise<z.output<typeof ExecuteBody>> {
  let cancel: () => void = () => undefined;
  const late = new Promise<never>((_resolve, reject) => {
    cancel = clock.schedule(REQUEST_MS, () =>
      reject(new ThawError('invalid_argument', 'No request came in time.')),
    );
  });
  try {
    const first = await Promise.race([socket.messages[Symbol.asyncIterator]().next(), late]);
    if (first.done === true) throw new ThawError('cancelled', 'The client went away.');
    let value: unknown;
    try {
      value = JSON.parse(first.value.data.toString('utf8'));
    } catch (error) {
      throw new ThawError('invalid_argument', 'The request is no JSON.', { cause: error });
    }
    return check(ExecuteBody, value);
  } finally {
    cancel();
  }
}

/** Another Thaw is told more than the API has frames for: what was displayed, how the code ended, and why it did not run. */
const isThaw = ({ headers }: ToolboxCall): boolean => headers['x-daytona-source'] === 'thaw';

/** What was displayed has no frame of its own in the API: its text is printed, its pictures are left out. */
function frameOf(event: InterpreterEvent, whole: boolean): object | null {
  if (event.type !== 'result' || whole) return event;
  return event.text === undefined ? null : { type: 'stdout', text: `${event.text}\n` };
}

async function execute(call: ToolboxCall, socket: PacedSocket): Promise<void> {
  const { code, contextId, language, envs, timeout } = await firstRequest(call, socket);
  const request = given({
    code,
    contextId: orAbsent(contextId ?? null),
    language: language ?? undefined,
    env: envs ?? undefined,
    timeoutSeconds: orAbsent(timeout ?? null),
  });
  const whole = isThaw(call);
  const outcome = await interpreters(call).execute(
    call.sandbox,
    request,
    async (event) => {
      const frame = frameOf(event, whole);
      if (frame !== null) await socket.send(JSON.stringify(frame));
    },
    { ...call.context, signal: AbortSignal.any([call.context.signal, socket.closed]) },
  );
  const { status, note } = outcome;
  if (whole) await socket.send(JSON.stringify({ type: 'outcome', outcome }));
  if (status === 'timed_out') {
    socket.close(TIMED_OUT, note ?? 'The code ran longer than its limit.');
    return;
  }
  if (status === 'died')
    await socket.send(
      JSON.stringify({ type: 'error', name: 'InterpreterDied', value: note ?? '', traceback: '' }),
    );
  await socket.send(JSON.stringify({ type: 'control', text: 'completed' }));
  socket.close(NORMAL);
}

export const codeRoutes: readonly ToolboxRoute[] = [
  {
    method: 'POST',
    path: '/process/code-run',
    async handle(call) {
      const { code, language, argv, envs, timeout } = await readJson(call, CodeRunBody);
      const request = given({
        code,
        language,
        argv: argv ?? undefined,
        env: envs ?? undefined,
        timeoutSeconds: orAbsent(timeout ?? null),
      });
      const run = requireGroup(call.backend, 'code').run(call.sandbox, request, call.context);
      const { exitCode, result, charts } = await run;
      return json({ exitCode, result, ...(charts.length === 0 ? {} : { artifacts: { charts } }) });
    },
  },
  {
    method: 'GET',
    path: '/process/interpreter/context',
    async handle(call) {
      const all = await interpreters(call).list(call.sandbox, call.context);
      return json({ contexts: all.filter(({ isDefault }) => !isDefault).map(toApi) });
    },
  },
  {
    method: 'POST',
    path: '/process/interpreter/context',
    async handle(call) {
      const { cwd, language } = await readJson(call, ContextBody);
      const input = given({ language: orAbsent(language ?? null) ?? 'python', cwd: orAbsent(cwd ?? null) });
      return json(toApi(await interpreters(call).create(call.sandbox, input, call.context)));
    },
  },
  {
    method: 'DELETE',
    path: '/process/interpreter/context/{id}',
    async handle(call) {
      const id = call.parameters['id'] ?? '';
      const found = (await interpreters(call).list(call.sandbox, call.context)).find(
        (context) => context.id === id,
      );
      if (found?.isDefault === true)
        throw new ThawError('invalid_argument', 'The default context cannot be deleted.');
      await interpreters(call).delete(call.sandbox, id, call.context);
      return json({ message: 'Context deleted' });
    },
  },
  {
    method: 'GET',
    path: '/process/interpreter/execute',
    async socket(call, accept) {
      const socket = await accept();
      try {
        await execute(call, socket);
      } catch (error) {
        const { code, message, next } = toThawError(error);
        if (code === 'internal') throw error;
        if (isThaw(call)) await socket.send(JSON.stringify({ type: 'refusal', code, message, next }));
        socket.close(POLICY_VIOLATION, message);
      }
    },
  },
];

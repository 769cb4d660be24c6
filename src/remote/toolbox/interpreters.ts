/**
 * The interpreters group of the port over the toolbox. The API has one default context, for Python; one for another
 * language is made here at its first use and remembered as long as this process lives.
 */
import { z } from 'zod';
import {
  ContextLanguage,
  DEFAULT_CODE_SECONDS,
  type ExecuteCode,
  type ExecutionOutcome,
  type InterpreterContext,
} from '../../../schemas/code.ts';
import type { InterpreterListener, InterpreterOperations } from '../../backend/code-operations.ts';
import type { CallContext } from '../../backend/port.ts';
import { isThawError, ThawError } from '../../errors.ts';
import { toCancelled, toTimeout } from '../connection-errors.ts';
import type { RemoteContext } from '../context.ts';
import { cutOff, openSocket } from '../web-socket.ts';
import { NO_TIME, orElse } from '../wire/values.ts';
import { askToolbox, atToolbox, callToolbox } from './call.ts';
import { type CodeEnd, followCode } from './interpreter-socket.ts';

const PATH = '/process/interpreter';
const NAME = `GET ${PATH}/execute`;
const codes = { 404: 'context_not_found', 422: 'runtime_missing' } as const;
/** What the server may take beyond the limit of the code. */
const GRACE_MS = 15_000;
const MAX_REMEMBERED = 2_000;
const NORMAL = 1000;
/** What the default context is called where the server has no name for it. */
const DEFAULT = 'default';

const WireContext = z.looseObject({
  id: z.string(),
  cwd: orElse(z.string(), ''),
  language: orElse(ContextLanguage, 'python'),
  createdAt: orElse(z.string(), NO_TIME),
});
const WireContexts = z.looseObject({ contexts: z.array(WireContext).nullish() });

const toContext = ({ id, cwd, language, createdAt }: z.output<typeof WireContext>): InterpreterContext => ({
  id,
  language,
  cwd,
  createdAt,
  // The API does not tell.
  busy: false,
  isDefault: false,
});

/** Remembers a bounded number of things. */
function remember(known: Map<string, string>, key: string, value: string): void {
  if (known.size >= MAX_REMEMBERED) known.clear();
  known.set(key, value);
}

export function interpreterOperations(remote: RemoteContext): InterpreterOperations {
  const { clock, settings } = remote.api;
  /** The default contexts of other languages, by sandbox and language. */
  const defaults = new Map<string, string>();

  const create: InterpreterOperations['create'] = async (sandbox, input, context) => {
    const request = { method: 'POST', path: `${PATH}/context`, json: input, codes };
    const made = toContext((await callToolbox(remote, sandbox, request, WireContext, context)).value);
    if (made.language === input.language) return made;
    await askToolbox(remote, sandbox, { method: 'DELETE', path: `${PATH}/context/${made.id}` }, context);
    throw new ThawError('unsupported_by_backend', `The server has no interpreter for ${input.language}.`, {
      next: 'Run it as a program with sandbox_exec.',
    });
  };

  const list: InterpreterOperations['list'] = async (sandbox, context) => {
    const request = { method: 'GET', path: `${PATH}/context`, idempotent: true };
    const { contexts } = (await callToolbox(remote, sandbox, request, WireContexts, context)).value;
    return (contexts ?? []).map(toContext);
  };

  /** Runs it in a context, or in the server's default one. */
  async function run(
    sandbox: string,
    { code, env, language, timeoutSeconds = DEFAULT_CODE_SECONDS }: ExecuteCode,
    contextId: string | null,
    listener: InterpreterListener,
    context: CallContext,
  ): Promise<CodeEnd> {
    const timeout = Math.ceil(timeoutSeconds);
    // A Thaw server compares the language with the context's; others do not look at it.
    const place = contextId === null ? {} : { contextId, ...(language && { language }) };
    const json = { code, timeout, ...(env && { envs: env }), ...place };
    const { socket, url } = await atToolbox(remote, sandbox, context, async (place) => {
      const at = `${place.url}${PATH}/execute`;
      const request = { url: at, operation: { name: NAME } };
      return { socket: await openSocket(remote.api, request, context.signal), url: at };
    });
    let late = false;
    const leave = (): void => socket.close(NORMAL);
    const cancelTimer = clock.schedule(timeout * 1000 + GRACE_MS, () => {
      late = true;
      leave();
    });
    context.signal.addEventListener('abort', leave, { once: true });
    try {
      if (context.signal.aborted) leave();
      await socket.send(JSON.stringify(json));
      const end = await followCode(socket, listener, [settings.token]);
      // The server interrupts code whose caller is gone.
      if (context.signal.aborted) throw toCancelled(NAME);
      if (late) throw toTimeout(NAME, new URL(url).origin, timeout * 1000 + GRACE_MS);
      if (end === null) throw cutOff(NAME, url);
      return end;
    } finally {
      cancelTimer();
      context.signal.removeEventListener('abort', leave);
      leave();
    }
  }

  /** The context to use and whether it was made for this; null for the server's own default. */
  async function choose(
    sandbox: string,
    { contextId, language = 'python' }: ExecuteCode,
    context: CallContext,
  ): Promise<{ readonly id: string | null; readonly key: string | null; readonly isNew: boolean }> {
    if (contextId !== undefined && contextId !== DEFAULT) return { id: contextId, key: null, isNew: false };
    if (language === 'python') return { id: null, key: null, isNew: false };
    const key = `${(await remote.places.find(sandbox, context)).id} ${language}`;
    const known = defaults.get(key);
    if (known !== undefined) return { id: known, key, isNew: false };
    const { id } = await create(sandbox, { language }, context);
    remember(defaults, key, id);
    return { id, key, isNew: true };
  }

  async function execute(
    sandbox: string,
    request: ExecuteCode,
    listener: InterpreterListener,
    context: CallContext,
  ): Promise<ExecutionOutcome> {
    const startedMs = clock.monotonic();
    const chosen = await choose(sandbox, request, context);
    let end: CodeEnd;
    try {
      end = await run(sandbox, request, chosen.id, listener, context);
    } catch (error) {
      // A default that ended with its sandbox's stop is made anew.
      if (chosen.key === null || chosen.isNew || !isThawError(error, 'context_not_found')) throw error;
      defaults.delete(chosen.key);
      return await execute(sandbox, request, listener, context);
    }
    if (end.contextLost && chosen.key !== null) defaults.delete(chosen.key);
    return {
      contextId: chosen.id ?? DEFAULT,
      language: request.language ?? 'python',
      ...end,
      contextIsNew: chosen.isNew || end.contextIsNew === true,
      durationMs: Math.round((clock.monotonic() - startedMs) * 1000) / 1000,
    };
  }

  return {
    create,
    list,
    async delete(sandbox, contextId, context) {
      const last = (await list(sandbox, context)).find(({ id }) => id === contextId);
      if (last === undefined)
        throw new ThawError('context_not_found', `There is no context ${contextId} in this sandbox.`);
      const path = `${PATH}/context/${encodeURIComponent(contextId)}`;
      await askToolbox(remote, sandbox, { method: 'DELETE', path, codes }, context);
      return last;
    },
    execute,
  };
}

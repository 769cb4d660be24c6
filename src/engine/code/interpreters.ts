/** The stateful contexts of all sandboxes, as the tools and the API know them. */
import { type ContextLanguage, DEFAULT_CODE_SECONDS, type ExecutionOutcome } from '../../../schemas/code.ts';
import type { InterpreterOperations } from '../../backend/code-operations.ts';
import { ThawError } from '../../errors.ts';
import type { SandboxId } from '../../ids.ts';
import type { EngineContext } from '../context.ts';
import { runsOn } from '../lifecycle/transitions.ts';
import type { ManagedSandbox, Visit } from '../managed-sandbox.ts';
import { atWork, placeOf } from './code-place.ts';
import { ContextSet, type Held, toApi } from './context-set.ts';
import { type CodeEnd, Interpreter } from './interpreter.ts';

/** Milliseconds, to a thousandth. */
const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;

/** What there is to say beside the status. */
function noteOf({ status, end }: CodeEnd, sandbox: ManagedSandbox, startedAt: number): string | null {
  if (end !== null) {
    const memory = sandbox.outOfMemoryAt >= startedAt ? ' The sandbox ran out of memory.' : '';
    return `${end.note}${memory} All that was defined in this context is gone.`;
  }
  return status === 'timed_out' ? 'It was interrupted at its time limit; the context goes on.' : null;
}

export function interpreterOperations(context: EngineContext): InterpreterOperations {
  const { registry, clock } = context;
  const sets = new Map<SandboxId, ContextSet>();
  const setOf = (sandbox: ManagedSandbox): ContextSet => {
    const { id } = sandbox.record;
    const set = sets.get(id) ?? new ContextSet();
    sets.set(id, set);
    return set;
  };

  /** Starts an interpreter that ends with the sandbox's run. */
  const launch = async (sandbox: ManagedSandbox, language: ContextLanguage, cwd?: string) => {
    const interpreter = await Interpreter.start(await placeOf(context, sandbox, { cwd }), language);
    const visit: Visit = { end: (reason) => interpreter.end(reason) };
    sandbox.visits.add(visit);
    interpreter.ended.then(
      () => sandbox.visits.delete(visit),
      () => undefined,
    );
    if (!runsOn.has(sandbox.record.state))
      interpreter.end(
        new ThawError('state_conflict', `Sandbox ${sandbox.record.name} is ${sandbox.record.state}.`),
      );
    return interpreter;
  };
  const add = (sandbox: ManagedSandbox, language: ContextLanguage, isDefault: boolean, cwd?: string): Held =>
    setOf(sandbox).add(language, isDefault, clock.now(), async () => await launch(sandbox, language, cwd));

  return {
    async create(name, { language, cwd }, call) {
      const sandbox = registry.find(name, call);
      return await atWork(context, sandbox, async () => {
        const held = add(sandbox, language, false, cwd);
        await held.interpreter;
        return toApi(held);
      });
    },
    list: async (name, call) => setOf(registry.find(name, call)).all.map(toApi),
    async delete(name, id, call) {
      const set = setOf(registry.find(name, call));
      const held = set.find(id);
      const last = toApi(held);
      await set.end(held, new ThawError('context_not_found', 'It was deleted.'));
      return last;
    },
    async execute(name, request, listener, call): Promise<ExecutionOutcome> {
      const { signal } = call;
      const sandbox = registry.find(name, call);
      const set = setOf(sandbox);
      const named = request.contextId === undefined ? null : set.find(request.contextId);
      if (named !== null && request.language !== undefined && named.language !== request.language)
        throw new ThawError('invalid_argument', `The context ${named.id} runs ${named.language}.`);
      return await atWork(context, sandbox, async () => {
        const language = request.language ?? 'python';
        const known = named ?? set.defaultOf(language);
        const held = known ?? add(sandbox, language, true);
        const started = clock.now();
        const from = clock.monotonic();
        const end = await set.use(held, async (interpreter) => {
          if (signal.aborted) throw new ThawError('cancelled', 'The code was cancelled before it ran.');
          const limits = {
            env: request.env ?? {},
            timeoutMs: (request.timeoutSeconds ?? DEFAULT_CODE_SECONDS) * 1000,
          };
          return await interpreter.execute({ code: request.code, ...limits }, listener, signal);
        });
        return {
          status: end.status,
          contextId: held.id,
          language: held.language,
          contextIsNew: known === null,
          contextLost: end.end !== null,
          note: noteOf(end, sandbox, started),
          durationMs: rounded(clock.monotonic() - from),
        };
      });
    },
  };
}

/** The forks group of the port over the API, which makes one fork a request. */
import { z } from 'zod';
import type { ForkOutcome, ForkSandbox } from '../../../schemas/copies.ts';
import type { CallContext, ForkOperations } from '../../backend/port.ts';
import { isThawError, type ThawError } from '../../errors.ts';
import type { RemoteContext } from '../context.ts';
import { waitFor, waitLimit } from '../wait-for.ts';
import { toSandbox, WireSandbox } from '../wire/sandbox.ts';
import { stateOperation } from './change.ts';

type Child = ForkOutcome['children'][number];

const passing: ReadonlySet<WireSandbox['state']> = new Set(['forking', 'creating', 'starting', 'unknown']);

/** What a Thaw server says beside the API's answer. */
const ForkAnswer = WireSandbox.extend({ pausedMs: z.number().optional().catch(undefined) });

async function forkOnce(
  remote: RemoteContext,
  sandbox: string,
  name: string | undefined,
  until: number,
  context: CallContext,
) {
  const { api } = remote;
  const answer = await api.call(
    stateOperation('forkSandbox', { codes: { 409: name === undefined ? 'busy' : 'name_conflict' } }),
    ForkAnswer,
    context,
    (init) =>
      api.client.POST('/sandbox/{sandboxIdOrName}/fork', {
        params: { path: { sandboxIdOrName: sandbox } },
        body: name === undefined ? {} : { name },
        ...init,
      }),
  );
  const isDone = ({ state }: WireSandbox): boolean => !passing.has(state);
  const child = (await waitFor(remote, answer, { until, isDone }, context)) ?? answer;
  remote.places.learn(child.id, child);
  return { child, pausedMs: answer.pausedMs };
}

const made = ({ id, name, state, errorReason }: WireSandbox): Child => ({
  id,
  name: name ?? id,
  state,
  error: errorReason,
});

const failed = (name: string, error: ThawError): Child => ({
  id: null,
  name,
  state: null,
  error: `${error.code}: ${error.message}`,
});

/** Throws when not even the first fork could be made; later failures are told beside the forks that exist. */
async function fork(
  remote: RemoteContext,
  sandbox: string,
  { count, names = [] }: ForkSandbox,
  context: CallContext,
): Promise<ForkOutcome> {
  const { clock } = remote.api;
  const startedMs = clock.monotonic();
  const until = waitLimit(remote);
  const children: Child[] = [];
  let pausedMs: number | null = null;
  let envCopied: string[] = [];
  for (let index = 0; index < (count ?? Math.max(names.length, 1)); index += 1) {
    try {
      const { child, pausedMs: paused } = await forkOnce(remote, sandbox, names[index], until, context);
      children.push(made(child));
      envCopied = Object.keys(child.env);
      if (paused !== undefined) pausedMs = (pausedMs ?? 0) + paused;
    } catch (error) {
      if (index === 0 || !isThawError(error) || error.code === 'cancelled') throw error;
      children.push(failed(names[index] ?? '', error));
    }
  }
  return { children, pausedMs, envCopied, tookMs: Math.round(clock.monotonic() - startedMs) };
}

export function forkOperations(remote: RemoteContext): ForkOperations {
  const { api } = remote;
  const path = (sandbox: string) => ({ params: { path: { sandboxIdOrName: sandbox } } });
  return {
    fork: (sandbox, request, context) => fork(remote, sandbox, request, context),
    async children(sandbox, context) {
      const operation = { name: 'getSandboxForks', idempotent: true };
      const found = await api.call(operation, z.array(WireSandbox), context, (init) =>
        api.client.GET('/sandbox/{sandboxIdOrName}/forks', { ...path(sandbox), ...init }),
      );
      return found.map(toSandbox);
    },
    async parent(sandbox, context) {
      const operation = { name: 'getSandboxParent', idempotent: true };
      const found = await api.call(operation, WireSandbox, context, (init) =>
        api.client.GET('/sandbox/{sandboxIdOrName}/parent', { ...path(sandbox), ...init }),
      );
      return toSandbox(found);
    },
    async ancestors(sandbox, context) {
      const operation = { name: 'getSandboxAncestors', idempotent: true };
      const found = await api.call(operation, z.array(WireSandbox), context, (init) =>
        api.client.GET('/sandbox/{sandboxIdOrName}/ancestors', { ...path(sandbox), ...init }),
      );
      return found.map(toSandbox);
    },
  };
}

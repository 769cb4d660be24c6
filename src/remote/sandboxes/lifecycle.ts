/** The lifecycle group of the port over the API. */
import type { LifecycleOperations } from '../../backend/port.ts';
import { ThawError } from '../../errors.ts';
import type { RemoteContext } from '../context.ts';
import { toSandbox, type WireSandbox } from '../wire/sandbox.ts';
import { withoutUndefined } from '../without-undefined.ts';
import { changeSandbox, stateOperation } from './change.ts';
import { createSandbox } from './create.ts';
import { fetchSandbox } from './fetch.ts';
import { listSandboxes } from './list.ts';
import { ListShapes } from './list-shapes.ts';

type State = WireSandbox['state'];

/** Ends a wait in one of `states`, and wherever nothing more will come of it. */
const reached =
  (...states: readonly State[]) =>
  ({ state }: WireSandbox): boolean =>
    [...states, 'error', 'build_failed', 'destroyed'].includes(state);

const left =
  (...states: readonly State[]) =>
  ({ state }: WireSandbox): boolean =>
    !states.includes(state);

export function lifecycleOperations(remote: RemoteContext): LifecycleOperations {
  const { client } = remote.api;
  const shapes = new ListShapes();
  const path = (sandbox: string) => ({ params: { path: { sandboxIdOrName: sandbox } } });
  const start: LifecycleOperations['start'] = (sandbox, context) =>
    changeSandbox(
      remote,
      sandbox,
      {
        operation: stateOperation('startSandbox', { retryConflict: true }),
        request: (init) => client.POST('/sandbox/{sandboxIdOrName}/start', { ...path(sandbox), ...init }),
        isDone: reached('started'),
      },
      context,
    );
  return {
    start,
    create: (input, context) => createSandbox(remote, input, context),
    list: (query, context) => listSandboxes(remote, shapes, query, context),
    get: async (sandbox, context) => toSandbox(await fetchSandbox(remote, sandbox, context)),
    stop: (sandbox, { force }, context) =>
      changeSandbox(
        remote,
        sandbox,
        {
          operation: stateOperation('stopSandbox'),
          request: (init) =>
            client.POST('/sandbox/{sandboxIdOrName}/stop', {
              params: { path: { sandboxIdOrName: sandbox }, query: { force } },
              ...init,
            }),
          isDone: reached('stopped'),
        },
        context,
      ),
    delete: (sandbox, context) =>
      changeSandbox(
        remote,
        sandbox,
        {
          // A sandbox that is busy cannot be deleted by the API; it can a moment later.
          operation: stateOperation('deleteSandbox', { retryConflict: true }),
          request: (init) => client.DELETE('/sandbox/{sandboxIdOrName}', { ...path(sandbox), ...init }),
          isDone: ({ state }) => state === 'destroyed',
        },
        context,
      ),
    pause: (sandbox, context) =>
      changeSandbox(
        remote,
        sandbox,
        {
          operation: stateOperation('pauseSandbox'),
          request: (init) => client.POST('/sandbox/{sandboxIdOrName}/pause', { ...path(sandbox), ...init }),
          isDone: reached('paused'),
        },
        context,
      ),
    async resume(sandbox, context) {
      const { state, name } = await fetchSandbox(remote, sandbox, context);
      if (state === 'paused' || state === 'resuming') return start(sandbox, context);
      throw new ThawError('state_conflict', `Sandbox ${name ?? sandbox} is ${state} and not paused.`);
    },
    recover: (sandbox, { skipStart }, context) =>
      changeSandbox(
        remote,
        sandbox,
        {
          operation: stateOperation('recoverSandbox'),
          request: (init) =>
            client.POST('/sandbox/{sandboxIdOrName}/recover', {
              params: { path: { sandboxIdOrName: sandbox }, query: { skipStart } },
              ...init,
            }),
          isDone: skipStart ? reached('started', 'stopped') : reached('started'),
        },
        context,
      ),
    resize: (sandbox, wanted, context) =>
      changeSandbox(
        remote,
        sandbox,
        {
          operation: { name: 'resizeSandbox' },
          request: (init) =>
            client.POST('/sandbox/{sandboxIdOrName}/resize', {
              ...path(sandbox),
              body: withoutUndefined(wanted),
              ...init,
            }),
          isDone: left('resizing'),
        },
        context,
      ),
  };
}

/** Deleting a sandbox, which is legal in every state: it waits for what runs, then takes everything away. */
import type { EngineContext } from '../context.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import type { SandboxRecord } from '../store/records.ts';
import { nextState } from './transitions.ts';

/** Removes container and record; also what reconciliation does with an unfinished delete. */
export async function deleteLocked(context: EngineContext, sandbox: ManagedSandbox): Promise<void> {
  const { registry, store, clock, docker } = context;
  const { id, containerId } = sandbox.record;
  const { guest } = sandbox;
  sandbox.guest = null;
  registry.update(sandbox, { state: 'destroying', desiredState: 'destroyed' }, () =>
    store.putJournal(id, 'delete', 'delete.intent', clock.now()),
  );
  context.onStep('delete.intent');
  guest?.agent.close();
  if (containerId !== null) await docker.removeContainer(containerId);
  context.onStep('delete.removed');
  registry.remove(sandbox);
  sandbox.record = { ...sandbox.record, state: 'destroyed', containerId: null, updatedAt: clock.now() };
  context.onStep('delete.done');
}

/** Answers the record as it was last, with the state `destroyed`. Deleting twice at once is one delete. */
export async function deleteSandbox(context: EngineContext, sandbox: ManagedSandbox): Promise<SandboxRecord> {
  return await sandbox.queued('delete', async () => {
    if (nextState(sandbox.record.state, 'delete_requested') !== null) await deleteLocked(context, sandbox);
    return sandbox.record;
  });
}

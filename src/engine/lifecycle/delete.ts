/** Deleting a sandbox, which is legal in every state: it cuts what runs short, then takes everything away. */
import { releaseBuild } from '../build/templates.ts';
import { releaseForkPoint } from '../changes/fork-point.ts';
import type { EngineContext } from '../context.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import type { SandboxRecord } from '../store/records.ts';
import { thawToEnd } from './freeze.ts';
import { move } from './move.ts';
import { runToEnd } from './operation.ts';
import { nextState } from './transitions.ts';

/** Removes container and record; also what reconciliation does with an unfinished delete. */
export async function deleteLocked(context: EngineContext, sandbox: ManagedSandbox): Promise<void> {
  const { registry, store, clock, docker } = context;
  const { id, containerId } = sandbox.record;
  if (sandbox.record.state !== 'destroying') {
    move(context, sandbox, 'delete_requested', {}, () =>
      store.putJournal(id, 'delete', 'delete.intent', clock.now()),
    );
  }
  context.onStep('delete.intent');
  await runToEnd(context, sandbox, async (run) => {
    await thawToEnd(context, sandbox);
    const { guest } = sandbox;
    sandbox.guest = null;
    guest?.agent.close();
    if (containerId !== null) await docker.removeContainer(containerId);
    run.step('delete.removed');
    run.handOver();
    const { archive } = sandbox.record;
    registry.remove(sandbox);
    if (archive !== null) await context.objects.remove(archive.object);
    await releaseForkPoint(context, sandbox.record);
    await releaseBuild(context, sandbox.record);
    sandbox.record = {
      ...sandbox.record,
      state: 'destroyed',
      desiredState: 'destroyed',
      containerId: null,
      updatedAt: clock.now(),
    };
    run.step('delete.done');
  });
}

/** Answers the record as it was last, with the state `destroyed`. Deleting twice at once is one delete. */
export async function deleteSandbox(context: EngineContext, sandbox: ManagedSandbox): Promise<SandboxRecord> {
  sandbox.run?.cancel();
  return await sandbox.queued('delete', async () => {
    if (nextState(sandbox.record.state, 'delete_requested') !== null) await deleteLocked(context, sandbox);
    return sandbox.record;
  });
}

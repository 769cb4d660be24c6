/** Takes sandboxes over that an earlier owner process had: those that run, and those that are paused. */
import type { EngineContext } from '../context.ts';
import type { ContainerSummary } from '../docker/port.ts';
import { adoptGuest } from '../guest/guest.ts';
import { freezeSandbox } from '../lifecycle/freeze.ts';
import { move } from '../lifecycle/move.ts';
import type { Run } from '../lifecycle/operation.ts';
import { startLocked } from '../lifecycle/start.ts';

const REMOVED = 'Its container was removed from outside of Thaw. Delete the sandbox.';

/** A sandbox that should run: adopted when it does, started again when the daemon or the host went down under it. */
export async function bringBack(
  context: EngineContext,
  run: Run,
  container: ContainerSummary | null,
): Promise<void> {
  const { sandbox } = run;
  const { id, generation, network } = sandbox.record;
  if (sandbox.record.state === 'started' && sandbox.guest?.agent.isOpen === true) {
    run.handOver();
    return;
  }
  if (container === null) {
    run.settle('failed', { errorReason: REMOVED, recoverable: false });
    return;
  }
  const facts = await context.docker.inspectContainer(container.id);
  if (facts?.running !== true) {
    run.check();
    move(context, sandbox, 'restart', { generation: generation + 1 });
    await startLocked(context, run);
    return;
  }
  run.attach(await adoptGuest(context, id, container.id, network));
  run.settle('started', { errorReason: null, recoverable: false, stoppedAt: null });
}

/** A paused sandbox stays paused: a frozen agent cannot answer, so it is connected to when it is resumed. */
export async function keepPaused(context: EngineContext, run: Run): Promise<void> {
  const { sandbox } = run;
  if (await freezeSandbox(context, sandbox)) {
    run.handOver();
    return;
  }
  const { containerId } = sandbox.record;
  const facts = containerId === null ? null : await context.docker.inspectContainer(containerId);
  if (facts === null) {
    run.settle('failed', { errorReason: REMOVED, recoverable: false });
    return;
  }
  const errorReason = 'Its container ended while it was paused: its files are there, its memory is lost.';
  run.settle('died', { errorReason, stoppedAt: context.clock.now() });
}

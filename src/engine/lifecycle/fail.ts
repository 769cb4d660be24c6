/** What is noted of a sandbox when work on it failed: the cause, and what it can be recovered from. */
import { toTimestamp } from '../../clock.ts';
import { toThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import type { SandboxRecord } from '../store/records.ts';
import { move } from './move.ts';
import { nextState } from './transitions.ts';

/** What is there to recover from. A daemon that does not answer says nothing against the container. */
async function whatIsLeft(
  { docker }: EngineContext,
  { record }: ManagedSandbox,
): Promise<'container' | 'archive' | 'nothing'> {
  const { containerId, archive } = record;
  const isThere =
    containerId !== null &&
    (await docker.inspectContainer(containerId).then(
      (facts) => facts !== null,
      () => true,
    ));
  if (isThere) return 'container';
  return archive === null ? 'nothing' : 'archive';
}

/** Somebody may have removed the container, as `docker container prune` does with stopped ones: then the files are as old as the archive. */
function reasonOf(error: unknown, { containerId, archive }: SandboxRecord, left: string): string {
  const { message } = toThawError(error);
  if (left !== 'archive' || archive === null || containerId === null) return message;
  return `${message} Its backup of ${toTimestamp(archive.createdAt)} is left: sandbox_recover brings it back without what changed since.`;
}

/** Notes that the work on a sandbox failed. A delete that failed stays in the journal and is tried again. */
export async function fail(context: EngineContext, sandbox: ManagedSandbox, error: unknown): Promise<void> {
  const { store } = context;
  const { id, name, desiredState } = sandbox.record;
  const deleting = desiredState === 'destroyed';
  const left = deleting ? 'nothing' : await whatIsLeft(context, sandbox);
  context.log.warn({ err: error, sandbox: name }, 'an operation on a sandbox failed');
  if (nextState(sandbox.record.state, 'failed') === null) return;
  const errorReason = reasonOf(error, sandbox.record, left);
  const change = {
    errorReason,
    recoverable: left !== 'nothing',
    ...(left === 'archive' && { containerId: null }),
  };
  move(context, sandbox, 'failed', change, () => {
    if (!deleting) store.dropJournal(id);
  });
}

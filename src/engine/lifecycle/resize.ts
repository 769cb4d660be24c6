/** Changing what a sandbox may use: at once by cgroup while it runs, at its next start while it is stopped. */
import type { ResizeSandbox } from '../../../schemas/settings.ts';
import { ThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import type { EngineInfo } from '../docker/port.ts';
import { checkLimits, recordLimits, toLimits } from '../limits.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import type { SandboxRecord } from '../store/records.ts';
import { placeOf } from './freeze.ts';
import { operate, type Run } from './operation.ts';

const NO_CHANGE = 'No resource changes specified - sandbox is already at the desired configuration';
const STOP_FIRST = 'Call sandbox_stop, then sandbox_resize, then sandbox_start.';

/** Throws what the API says against a resize, in its order; changes nothing. */
function checkResize(record: SandboxRecord, wanted: ResizeSandbox, host: EngineInfo): void {
  const { cpu = record.cpu, memory = record.memoryGiB, disk } = wanted;
  const refuse = (message: string): never => {
    throw new ThawError('state_conflict', message, { next: STOP_FIRST, context: { state: record.state } });
  };
  if (wanted.cpu === undefined && wanted.memory === undefined && disk === undefined) {
    throw new ThawError('invalid_argument', NO_CHANGE);
  }
  if (record.state === 'started') {
    if (disk !== undefined) refuse('Disk resize can only be performed on a stopped sandbox');
    if (cpu < record.cpu) refuse('Sandbox must be in stopped state to decrease the number of CPU cores');
    if (memory < record.memoryGiB) refuse('Sandbox must be in stopped state to decrease memory');
  }
  if (disk !== undefined) {
    throw new ThawError(
      'unsupported',
      'disk: the storage driver has no disk quotas, so the size of the disk is that of the host and cannot be changed.',
      { next: 'Leave disk out.' },
    );
  }
  if (cpu === record.cpu && memory === record.memoryGiB) throw new ThawError('invalid_argument', NO_CHANGE);
  checkLimits(wanted, host);
}

/** Sets the limits of the record in the kernel, whatever is in force there. No work when it does not run. */
export async function enforceLimits(context: EngineContext, sandbox: ManagedSandbox): Promise<void> {
  const place = await placeOf(context, sandbox);
  // From nothing at all, so that every limit is written, the growing way.
  if (place !== null)
    await context.host.setLimits(place, { from: toLimits(0, 0), to: recordLimits(sandbox.record) });
}

/** On failure the former limits are in force again, and in the record. */
async function resizeLocked(context: EngineContext, run: Run, before: SandboxRecord): Promise<void> {
  const { sandbox } = run;
  const back = before.state === 'stopped' ? 'stopped' : 'started';
  const [from, to] = [recordLimits(before), recordLimits(sandbox.record)];
  const place = back === 'started' ? await placeOf(context, sandbox) : null;
  try {
    if (place !== null) await context.host.setLimits(place, { from, to });
  } catch (error) {
    if (place !== null) await context.host.setLimits(place, { from: to, to: from });
    run.settle(back, { cpu: before.cpu, memoryGiB: before.memoryGiB });
    throw error;
  }
  run.step('resize.applied');
  run.settle(back);
  run.step('resize.done');
}

/** Throws `state_conflict`, `invalid_argument`, `unsupported` and `busy`. */
export async function resizeSandbox(
  context: EngineContext,
  sandbox: ManagedSandbox,
  wanted: ResizeSandbox,
  host: EngineInfo,
): Promise<void> {
  const before = sandbox.record;
  await operate(context, sandbox, {
    name: 'resize',
    event: 'resize_requested',
    intent: 'resize.intent',
    change: {
      ...(wanted.cpu === undefined ? {} : { cpu: wanted.cpu }),
      ...(wanted.memory === undefined ? {} : { memoryGiB: wanted.memory }),
    },
    check: () => checkResize(sandbox.record, wanted, host),
    work: (run) => resizeLocked(context, run, before),
  });
}

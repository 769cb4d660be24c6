/** Refuses creates that cannot be served, before anything is touched. */
import type { CreateSandbox } from '../../../schemas/create-sandbox.ts';
import { ThawError } from '../../errors.ts';
import { checkBuild } from '../build/build-context.ts';
import type { EngineContext } from '../context.ts';
import type { EngineInfo } from '../docker/port.ts';
import { checkLimits } from '../limits.ts';
import { requestedNetwork } from '../network/policy.ts';
import type { Caller } from '../organizations.ts';
import { resolveVolumes } from '../volumes/mounts.ts';
import { requireArchiving } from './archive-interval.ts';
import { checkUser } from './new-record.ts';

/** Fields of the API's CreateSandbox that this engine does not serve, and why. Ignoring them would break promises. */
const notServed: Partial<Record<keyof CreateSandbox, string>> = {
  disk: 'the storage driver has no disk quotas; the size of the disk is that of the host',
  linkedSandbox: 'linked sandboxes are not served yet',
};

/** Values that ask for nothing beyond the default, so that clients which always send a field are not refused. */
function asksForNothing(field: string, input: CreateSandbox): boolean {
  const value = Object.entries(input).find(([key]) => key === field)?.[1];
  return (
    value === undefined || value === false || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

function checkServed(input: CreateSandbox, target: string): void {
  for (const [field, reason] of Object.entries(notServed)) {
    if (!asksForNothing(field, input)) throw new ThawError('unsupported', `${field}: ${reason}.`);
  }
  if (input.gpu !== undefined && input.gpu > 0)
    throw new ThawError('unsupported', 'gpu: this engine has no GPUs.');
  if (input.target !== undefined && input.target !== target) {
    throw new ThawError(
      'invalid_argument',
      `target: there is no region ${input.target}; this engine is ${target}.`,
    );
  }
}

/** The region that an embedded engine says it is. */
export const LOCAL_TARGET = 'local';

/** Throws `unsupported`, `setup_failed`, `invalid_argument`, `snapshot_not_found`, `name_conflict` or `capacity`; changes nothing. */
export function checkCreate(
  context: EngineContext,
  host: EngineInfo,
  input: CreateSandbox,
  caller: Caller,
): void {
  const { registry, snapshots, options } = context;
  checkServed(input, LOCAL_TARGET);
  checkLimits(input, host);
  resolveVolumes(context, input.volumes, caller);
  context.network.check(requestedNetwork(input, context.network.closed));
  if (input.autoArchiveInterval !== undefined) requireArchiving(context.host);
  if (input.buildInfo === undefined) {
    const traits = snapshots.traits(snapshots.resolve(input.snapshot, caller).imageId);
    if (input.user !== undefined && traits !== null) checkUser(input.user, traits);
  } else {
    if (input.snapshot !== undefined) {
      throw new ThawError('invalid_argument', 'Cannot specify a snapshot when using a build info entry', {
        next: 'Leave out snapshot, or buildInfo; a Dockerfile names its base image by FROM.',
      });
    }
    checkBuild(input.buildInfo);
  }
  if (input.name !== undefined && registry.hasName(input.name, caller)) {
    throw new ThawError('name_conflict', `Sandbox with name ${input.name} already exists`);
  }
  if (registry.size >= options.maxSandboxes) {
    throw new ThawError(
      'capacity',
      `There are ${registry.size} sandboxes, which is the limit of this engine.`,
    );
  }
}

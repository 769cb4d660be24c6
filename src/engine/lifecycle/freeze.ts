/** Freezing and thawing the container of a sandbox, whether or not its agent is connected. */
import { isThawError } from '../../errors.ts';
import type { ContainerId } from '../../ids.ts';
import type { EngineContext } from '../context.ts';
import type { HostPlace } from '../host/port.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';

/** Where a container runs; null when it does not, or is gone. */
async function findPlace(context: EngineContext, containerId: ContainerId): Promise<HostPlace | null> {
  const facts = await context.docker.inspectContainer(containerId);
  if (facts === null || !facts.running) return null;
  // An owner without a helper may have frozen it through the daemon, whose record must be right.
  if (facts.paused && context.host.mode === 'helper') await context.docker.unpauseContainer(containerId);
  return await context.host.locate(containerId, facts.pid);
}

/** Where the container of a sandbox runs; null when it does not. */
export async function placeOf(context: EngineContext, sandbox: ManagedSandbox): Promise<HostPlace | null> {
  const { guest, record } = sandbox;
  if (guest !== null) return guest.place;
  return record.containerId === null ? null : await findPlace(context, record.containerId);
}

/** Freezes it and waits until every process stands still. Answers whether there was something to freeze. */
export async function freezeSandbox(context: EngineContext, sandbox: ManagedSandbox): Promise<boolean> {
  const place = await placeOf(context, sandbox);
  if (place === null) return false;
  await context.host.freeze(place);
  await context.host.untilFrozen(place);
  return true;
}

/**
 * Lets a container run on that may be frozen, so that it can be ended: under cgroup v1 a frozen process is not killed.
 * No error when it is gone, or when its host control is: the daemon then says what it cannot do.
 */
export async function thawToEnd(context: EngineContext, sandbox: ManagedSandbox): Promise<void> {
  const { name } = sandbox.record;
  try {
    const place = await placeOf(context, sandbox);
    if (place !== null) await context.host.thaw(place);
  } catch (error) {
    if (!isThawError(error, 'file_not_found'))
      context.log.warn({ err: error, sandbox: name }, 'a container that is to end could not be thawed');
  }
}

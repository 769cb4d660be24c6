/** Connects a container's questions with the sandbox that it belongs to, at any time. */
import type { SandboxId } from '../../../ids.ts';
import type { EngineContext } from '../../context.ts';
import type { Guest } from '../../guest/guest.ts';
import type { NetworkRecord } from '../policy.ts';
import { NameLog } from './name-log.ts';

/** The name logs of sandboxes, forgotten with them. */
export class NameLogs {
  readonly #logs = new WeakMap<object, NameLog>();
  readonly #context: Pick<EngineContext, 'registry' | 'clock'>;

  constructor(context: Pick<EngineContext, 'registry' | 'clock'>) {
    this.#context = context;
  }

  policyOf(id: SandboxId): NetworkRecord | null {
    return this.#context.registry.byId(id)?.record.network ?? null;
  }

  of(id: SandboxId): NameLog {
    const sandbox = this.#context.registry.byId(id);
    const log = (sandbox === null ? undefined : this.#logs.get(sandbox)) ?? new NameLog(this.#context.clock);
    if (sandbox !== null) this.#logs.set(sandbox, log);
    return log;
  }
}

type NamesOf = Pick<Guest, 'id' | 'place' | 'agent'>;

/** Begins to answer what the programs of a guest ask. To be called before they run. */
export async function serveNames(
  { resolver, nameLogs }: Pick<EngineContext, 'resolver' | 'nameLogs'>,
  { id, place, agent }: NamesOf,
): Promise<void> {
  await resolver.serve({
    place,
    agent,
    policy: () => nameLogs.policyOf(id),
    log: () => nameLogs.of(id),
  });
}

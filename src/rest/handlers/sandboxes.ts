/** Creating, reading and deleting sandboxes, and what changes their state. */
import type { Sandbox } from '../../../schemas/sandbox.ts';
import type { Clock } from '../../clock.ts';
import { isThawError, type ThawError } from '../../errors.ts';
import { toCreateInput } from '../create-input.ts';
import { ApiFailure } from '../failure.ts';
import type { Handlers, RequestFacts } from '../handler.ts';
import { requireRecoverable, requireState, type StateOperation } from '../state-rules.ts';
import { type ServerFacts, toCreated, toDestroying, toSandbox } from '../to-answers.ts';

type Ids =
  | 'createSandbox'
  | 'getSandbox'
  | 'deleteSandbox'
  | 'startSandbox'
  | 'stopSandbox'
  | 'pauseSandbox'
  | 'recoverSandbox'
  | 'resizeSandbox'
  | 'archiveSandbox'
  | 'createBackup';

/** The sandbox that the path names, as it is now, when the state allows the operation. */
export async function inState(input: RequestFacts, operation: StateOperation): Promise<Sandbox> {
  const sandbox = await named(input);
  requireState(operation, sandbox);
  return sandbox;
}

export async function named({ group, params, call }: RequestFacts): Promise<Sandbox> {
  const lifecycle = await group('lifecycle');
  return await lifecycle.get(params['sandboxIdOrName'] ?? '', call);
}

const noSnapshot = (name: string, cause: ThawError): ApiFailure =>
  new ApiFailure(400, `Snapshot ${name} not found. Did you add it through the Daytona Dashboard?`, {
    code: cause.code,
    next: cause.next,
    cause,
  });

export function sandboxHandlers(facts: ServerFacts & { readonly clock: Clock }): Handlers<Ids> {
  const { clock } = facts;
  return {
    async createSandbox({ body, group, call }) {
      const wanted = toCreateInput(body);
      const lifecycle = await group('lifecycle');
      try {
        // Clients follow the log of a build while it runs: they are not kept waiting for its end.
        const made = await lifecycle.create(wanted, { ...call, answersAtOnce: true });
        const { startedFrom, tookMs, ...sandbox } = made;
        // Beside the API's own fields, for a Thaw that has this one as its backend.
        const answer = { ...toCreated(sandbox, facts), startedFrom, tookMs };
        return answer;
      } catch (error) {
        if (!isThawError(error, 'snapshot_not_found')) throw error;
        throw noSnapshot(wanted.snapshot ?? '', error);
      }
    },
    getSandbox: async (input) => toSandbox(await named(input), facts),
    async deleteSandbox(input) {
      const sandbox = await named(input);
      const lifecycle = await input.group('lifecycle');
      await lifecycle.delete(sandbox.id, input.call);
      return toDestroying(sandbox, facts, clock.now());
    },
    async startSandbox(input) {
      const { id } = await inState(input, 'start');
      const lifecycle = await input.group('lifecycle');
      return toSandbox(await lifecycle.start(id, input.call), facts);
    },
    async stopSandbox(input) {
      const { id } = await inState(input, 'stop');
      const lifecycle = await input.group('lifecycle');
      const stopped = await lifecycle.stop(id, { force: input.query.force ?? false }, input.call);
      // An ephemeral one is gone with its stop.
      return toSandbox(stopped.state === 'destroyed' ? { ...stopped, state: 'destroying' } : stopped, facts);
    },
    async pauseSandbox(input) {
      const { id } = await inState(input, 'pause');
      const lifecycle = await input.group('lifecycle');
      return toSandbox(await lifecycle.pause(id, input.call), facts);
    },
    async recoverSandbox(input) {
      const sandbox = await named(input);
      requireRecoverable(sandbox);
      const lifecycle = await input.group('lifecycle');
      const skipStart = input.query.skipStart ?? false;
      return toSandbox(await lifecycle.recover(sandbox.id, { skipStart }, input.call), facts);
    },
    async resizeSandbox(input) {
      const { id } = await inState(input, 'resize');
      const lifecycle = await input.group('lifecycle');
      const { cpu, memory, disk } = input.body;
      const wanted = {
        ...(cpu === undefined ? {} : { cpu }),
        ...(memory === undefined ? {} : { memory }),
        // Alone it is refused by the engine in clear words; beside others it has no effect, as in a create.
        ...(disk === undefined || cpu !== undefined || memory !== undefined ? {} : { disk }),
      };
      return toSandbox(await lifecycle.resize(id, wanted, input.call), facts);
    },
    async archiveSandbox(input) {
      const { id } = await inState(input, 'archive');
      const archives = await input.group('archives');
      return toSandbox(await archives.archive(id, input.call), facts);
    },
    async createBackup(input) {
      const { id } = await inState(input, 'backup');
      const archives = await input.group('archives');
      await archives.backup(id, input.call);
      return toSandbox(await named(input), facts);
    },
  };
}

/** Forks of sandboxes and snapshots made of them. */
import { ApiFailure } from '../failure.ts';
import type { Handlers } from '../handler.ts';
import { type ServerFacts, toCreated, toSandbox } from '../to-answers.ts';
import { inState, named } from './sandboxes.ts';

type Ids =
  | 'forkSandbox'
  | 'getSandboxForks'
  | 'getSandboxParent'
  | 'getSandboxAncestors'
  | 'createSandboxSnapshot';

export function copyHandlers(facts: ServerFacts): Handlers<Ids> {
  return {
    async forkSandbox(input) {
      const { id } = await inState(input, 'fork');
      const forks = await input.group('forks');
      const { name } = input.body;
      const { children } = await forks.fork(id, name === undefined ? {} : { names: [name] }, input.call);
      const [child] = children;
      if (child === undefined || child.id === null) {
        throw new ApiFailure(502, `The sandbox could not be forked: ${child?.error ?? 'there is no fork'}`, {
          code: 'engine_error',
        });
      }
      const lifecycle = await input.group('lifecycle');
      return toCreated(await lifecycle.get(child.id, input.call), facts);
    },
    async getSandboxForks(input) {
      const { id } = await named(input);
      const forks = await input.group('forks');
      return (await forks.children(id, input.call)).map((child) => toSandbox(child, facts));
    },
    async getSandboxParent(input) {
      const sandbox = await named(input).catch((error: unknown) => {
        // Only a parent that is not there is told in the words of this operation.
        const name = input.params['sandboxIdOrName'] ?? '';
        throw new ApiFailure(404, `Sandbox with ID or name ${name} not found`, {
          code: 'sandbox_not_found',
          cause: error,
        });
      });
      const forks = await input.group('forks');
      return toSandbox(await forks.parent(sandbox.id, input.call), facts);
    },
    async getSandboxAncestors(input) {
      const { id } = await named(input);
      const forks = await input.group('forks');
      return (await forks.ancestors(id, input.call)).map((ancestor) => toSandbox(ancestor, facts));
    },
    async createSandboxSnapshot(input) {
      const { name, includeMemory } = input.body;
      const { id } = await inState(input, 'snapshot');
      if (includeMemory === true) {
        throw new ApiFailure(400, 'includeMemory is only supported for Windows sandboxes', {
          code: 'unsupported',
        });
      }
      const snapshots = await input.group('snapshots');
      await snapshots.fromSandbox(id, name, input.call);
      return toSandbox(await named(input), facts);
    },
  };
}

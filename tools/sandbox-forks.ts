/** sandbox_forks: what was forked from a sandbox. */
import { SandboxFamily } from '../schemas/copies.ts';
import { SandboxOnly } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_forks',
  title: 'List the forks of a sandbox',
  description: 'The sandboxes that were forked from this one and still exist, the oldest first, at most 100.',
  kind: 'read',
  group: 'forks',
  input: SandboxOnly,
  output: SandboxFamily,
  handle: async ({ sandbox }, { backend, context }) => ({
    items: [...(await requireGroup(backend, 'forks').children(sandbox, context))],
  }),
});

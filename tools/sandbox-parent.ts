/** sandbox_parent: what a sandbox was forked from. */
import { SandboxOnly } from '../schemas/sandbox-ref.ts';
import { ChangedSandbox } from '../schemas/settings.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_parent',
  title: 'Get the source of a fork',
  description:
    'The sandbox that this one was forked from; an error when it was not forked or its source is gone.',
  kind: 'read',
  group: 'forks',
  input: SandboxOnly,
  output: ChangedSandbox,
  handle: ({ sandbox }, { backend, context }) => requireGroup(backend, 'forks').parent(sandbox, context),
});

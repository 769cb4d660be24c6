/** sandbox_create: a new sandbox, from the warm pool where it can be. */
import { CreatedSandbox, CreateSandbox } from '../schemas/create-sandbox.ts';
import { requireGroup } from '../src/backend/port.ts';
import { sandboxCreation } from './creation-work.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_create',
  title: 'Create a sandbox',
  description:
    'Creates and starts an isolated Linux sandbox. All arguments are optional: the default snapshot has a shell, Python, Node.js and git. With buildInfo the template is built first: the state may then be building_snapshot or build_failed (sandbox_build_logs). It stops itself when idle (files stay; sandbox_start). Pass the returned id or name as `sandbox` to the other tools. Delete it when done.',
  kind: 'create',
  fetches: true,
  group: 'lifecycle',
  input: CreateSandbox,
  output: CreatedSandbox,
  work: sandboxCreation,
  handle: (input, { backend, context }) => requireGroup(backend, 'lifecycle').create(input, context),
});

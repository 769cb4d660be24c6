/** sandbox_create: a new sandbox, from the warm pool where it can be. */
import { CreatedSandbox, CreateSandbox } from '../schemas/create-sandbox.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_create',
  title: 'Create a sandbox',
  description:
    'Creates an isolated Linux sandbox and starts it; usually takes milliseconds. All arguments are optional: with none you get the default snapshot (shell, Python, Node.js, git) and default limits. With buildInfo the template is built first: the answer may then be building_snapshot (sandbox_get tells) or build_failed (sandbox_build_logs). It stops itself after autoStopInterval idle minutes (files stay; sandbox_start brings it back). Use the returned id or name as `sandbox` in the other tools. Next: sandbox_exec, sandbox_write_file. Delete it with sandbox_delete when done.',
  kind: 'create',
  group: 'lifecycle',
  input: CreateSandbox,
  output: CreatedSandbox,
  handle: (input, { backend, context }) => requireGroup(backend, 'lifecycle').create(input, context),
});

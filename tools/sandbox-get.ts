/** sandbox_get: everything known about one sandbox. */
import { Sandbox } from '../schemas/sandbox.ts';
import { SandboxOnly } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_get',
  title: 'Get a sandbox',
  description:
    'Answers every field of one sandbox: state, limits (cpu in cores, memory and disk in GiB), environment, labels, intervals in minutes, times.',
  kind: 'read',
  group: 'lifecycle',
  input: SandboxOnly,
  output: Sandbox,
  handle: ({ sandbox }, { backend, context }) => requireGroup(backend, 'lifecycle').get(sandbox, context),
});

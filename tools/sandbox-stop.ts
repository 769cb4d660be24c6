/** sandbox_stop: a sandbox's processes end, its files stay. */
import { z } from 'zod';
import { SandboxSummary } from '../schemas/sandbox.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_stop',
  title: 'Stop a sandbox',
  description:
    'Stops a running sandbox: its processes end, its files stay, and sandbox_start brings it back. Processes get a moment to finish unless `force` is true. A paused sandbox can be stopped, too; its memory is lost. One that is not running is refused.',
  kind: 'change',
  group: 'lifecycle',
  input: z.strictObject({
    sandbox: SandboxRef,
    force: z.boolean().optional().describe('Kill at once; default false'),
  }),
  output: SandboxSummary,
  handle: ({ sandbox, force = false }, { backend, context }) =>
    requireGroup(backend, 'lifecycle').stop(sandbox, { force }, context),
});

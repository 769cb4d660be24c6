/** sandbox_fork: copies of a sandbox, as it is now. */
import { z } from 'zod';
import { ForkOutcome, ForkSandbox } from '../schemas/copies.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_fork',
  title: 'Fork a sandbox',
  description:
    'Makes new started sandboxes with the files of a started or stopped one as they are now; what is written later is not shared, but volumes are. Running processes are not copied. The forks have ids, host names and host keys of their own; settings, labels and environment are copied, and the answer names the variables (check them for secrets). The source stands still for milliseconds. Each fork has its own outcome.',
  kind: 'create',
  group: 'forks',
  input: z.strictObject({ sandbox: SandboxRef, ...ForkSandbox.shape }),
  output: ForkOutcome,
  handle: ({ sandbox, ...request }, { backend, context }) =>
    requireGroup(backend, 'forks').fork(sandbox, request, context),
});

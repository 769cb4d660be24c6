/** sandbox_recover: a failed sandbox works again. */
import { z } from 'zod';
import { Sandbox } from '../schemas/sandbox.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { ChangedSandbox } from '../schemas/settings.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_recover',
  title: 'Recover a sandbox',
  description:
    'Brings a sandbox of state error back when sandbox_get says recoverable: what still runs is kept, else it is started with its files. skipStart leaves it stopped.',
  kind: 'change',
  group: 'lifecycle',
  input: z.strictObject({
    sandbox: SandboxRef,
    skipStart: z.boolean().optional().describe('Leave it stopped; default false'),
  }),
  output: ChangedSandbox.extend({ errorReason: Sandbox.shape.errorReason }),
  handle: ({ sandbox, skipStart = false }, { backend, context }) =>
    requireGroup(backend, 'lifecycle').recover(sandbox, { skipStart }, context),
});

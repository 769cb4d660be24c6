/** sandbox_set_autostop: the autoStopInterval of a sandbox. */
import { z } from 'zod';
import { Sandbox } from '../schemas/sandbox.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { ChangedSandbox, StopInterval } from '../schemas/settings.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_set_autostop',
  title: 'Set the auto-stop interval',
  description:
    'Sets after how many idle minutes a started sandbox stops itself; 0 never. Tool calls that use it, their output and running commands are activity; processes in the background are not. A paused sandbox is not stopped.',
  kind: 'change',
  group: 'settings',
  input: z.strictObject({ sandbox: SandboxRef, interval: StopInterval }),
  output: ChangedSandbox.extend({ autoStopInterval: Sandbox.shape.autoStopInterval }),
  handle: ({ sandbox, interval }, { backend, context }) =>
    requireGroup(backend, 'settings').setAutoStop(sandbox, interval, context),
});

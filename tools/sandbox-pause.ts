/** sandbox_pause: a running sandbox stands still, with its memory. */
import { SandboxOnly } from '../schemas/sandbox-ref.ts';
import { ChangedSandbox } from '../schemas/settings.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_pause',
  title: 'Pause a sandbox',
  description:
    'Freezes a started sandbox: its processes stand still with their memory, use no CPU and go on where they were after sandbox_resume. Commands under way stand still, too, and their time limits run on. While it is paused it takes no commands and is never stopped for idleness. To free its memory use sandbox_stop.',
  kind: 'change',
  group: 'lifecycle',
  input: SandboxOnly,
  output: ChangedSandbox,
  handle: ({ sandbox }, { backend, context }) => requireGroup(backend, 'lifecycle').pause(sandbox, context),
});

/** sandbox_resume: a paused sandbox goes on. */
import { SandboxOnly } from '../schemas/sandbox-ref.ts';
import { ChangedSandbox } from '../schemas/settings.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_resume',
  title: 'Resume a sandbox',
  description:
    'Lets a paused sandbox go on, with all its processes, and waits until it takes commands. A sandbox that already runs is left as it is. A stopped one needs sandbox_start.',
  kind: 'change',
  group: 'lifecycle',
  input: SandboxOnly,
  output: ChangedSandbox,
  handle: ({ sandbox }, { backend, context }) => requireGroup(backend, 'lifecycle').resume(sandbox, context),
});

/** sandbox_archive: a stopped sandbox goes to the object store. */
import { SandboxOnly } from '../schemas/sandbox-ref.ts';
import { ChangedSandbox } from '../schemas/settings.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_archive',
  title: 'Archive a sandbox',
  description:
    'Writes what a stopped sandbox changed against its snapshot to the object store, compressed and with a checksum, and removes its container. sandbox_start brings it back with all its files. Call sandbox_stop first.',
  kind: 'change',
  group: 'archives',
  input: SandboxOnly,
  output: ChangedSandbox,
  handle: ({ sandbox }, { backend, context }) => requireGroup(backend, 'archives').archive(sandbox, context),
});

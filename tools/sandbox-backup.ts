/** sandbox_backup: a copy of the files in the object store; the sandbox goes on. */
import { BackupOutcome } from '../schemas/copies.ts';
import { SandboxOnly } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_backup',
  title: 'Back a sandbox up',
  description:
    'Writes what a started or stopped sandbox changed against its snapshot to the object store, in place of its last backup. A started one stands still only while they are read.',
  kind: 'change',
  group: 'archives',
  input: SandboxOnly,
  output: BackupOutcome,
  handle: ({ sandbox }, { backend, context }) => requireGroup(backend, 'archives').backup(sandbox, context),
});

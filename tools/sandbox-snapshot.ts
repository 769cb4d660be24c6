/** sandbox_snapshot: a template made of a sandbox. */
import { z } from 'zod';
import { MadeSnapshot, SnapshotName } from '../schemas/copies.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_snapshot',
  title: 'Make a snapshot of a sandbox',
  description:
    'Makes a template of the files of a started or stopped sandbox, under a name of its own. New sandboxes start from it with sandbox_create and snapshot. Running processes are not part of it; the sandbox stands still only while they are read.',
  kind: 'create',
  group: 'snapshots',
  input: z.strictObject({ sandbox: SandboxRef, name: SnapshotName.describe('Name of the new snapshot') }),
  output: MadeSnapshot,
  handle: ({ sandbox, name }, { backend, context }) =>
    requireGroup(backend, 'snapshots').fromSandbox(sandbox, name, context),
});

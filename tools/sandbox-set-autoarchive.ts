/** sandbox_set_autoarchive: the autoArchiveInterval of a sandbox. */
import { z } from 'zod';
import { Sandbox } from '../schemas/sandbox.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { ArchiveInterval, ChangedSandbox } from '../schemas/settings.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_set_autoarchive',
  title: 'Set the auto-archive interval',
  description:
    'Sets after how many minutes a stopped sandbox is archived: its files move to the object store and sandbox_start brings them back. 0 is the longest, 30 days.',
  kind: 'change',
  group: 'settings',
  input: z.strictObject({ sandbox: SandboxRef, interval: ArchiveInterval }),
  output: ChangedSandbox.extend({ autoArchiveInterval: Sandbox.shape.autoArchiveInterval }),
  handle: ({ sandbox, interval }, { backend, context }) =>
    requireGroup(backend, 'settings').setAutoArchive(sandbox, interval, context),
});

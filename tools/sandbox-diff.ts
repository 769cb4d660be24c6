/** sandbox_diff: what changed in the files of a sandbox. */
import { z } from 'zod';
import { DiffSandbox, SandboxDiff } from '../schemas/changes.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_diff',
  title: 'Show what changed',
  description:
    'Shows which files of a sandbox changed since its snapshot, or since it was forked, as a list and as a unified diff. Started, paused or stopped. Volumes, /proc, /sys and /dev are left out, and so is what Thaw writes itself. When truncated, narrow path or raise maxFiles or maxBytes.',
  kind: 'read',
  group: 'changes',
  input: z.strictObject({ sandbox: SandboxRef, ...DiffSandbox.shape }),
  output: SandboxDiff,
  handle: ({ sandbox, ...request }, { backend, context }) =>
    requireGroup(backend, 'changes').diff(sandbox, request, context),
});

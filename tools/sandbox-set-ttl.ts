/** sandbox_set_ttl: the autoDestroyAt of a sandbox. */
import { z } from 'zod';
import { Sandbox } from '../schemas/sandbox.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { ChangedSandbox, TimeToLive } from '../schemas/settings.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_set_ttl',
  title: 'Set the time to live',
  description:
    'Sets after how many minutes from its creation a sandbox is deleted with its files, whatever its state; 0 never. A time that is over already deletes it within seconds.',
  kind: 'change',
  group: 'settings',
  input: z.strictObject({ sandbox: SandboxRef, ttlMinutes: TimeToLive }),
  output: ChangedSandbox.extend({ autoDestroyAt: Sandbox.shape.autoDestroyAt }),
  handle: ({ sandbox, ttlMinutes }, { backend, context }) =>
    requireGroup(backend, 'settings').setTtl(sandbox, ttlMinutes, context),
});

/** snapshot_get: one template. */
import { z } from 'zod';
import { Snapshot } from '../schemas/copies.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'snapshot_get',
  title: 'Get a snapshot',
  description: 'One template with its state, size and, where it failed, the cause.',
  kind: 'read',
  group: 'snapshots',
  input: z.strictObject({ snapshot: z.string().min(1).max(256).describe('Id or name') }),
  output: Snapshot,
  handle: ({ snapshot }, { backend, context }) => requireGroup(backend, 'snapshots').get(snapshot, context),
});

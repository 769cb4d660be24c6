/** snapshot_delete: a template goes away. */
import { z } from 'zod';
import { Snapshot } from '../schemas/copies.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'snapshot_delete',
  title: 'Delete a snapshot',
  description:
    'Removes a template with its image. Refused while sandboxes that were made of it exist, and for the default one.',
  kind: 'destroy',
  group: 'snapshots',
  input: z.strictObject({ snapshot: z.string().min(1).max(256).describe('Id or name') }),
  output: Snapshot,
  handle: ({ snapshot }, { backend, context }) =>
    requireGroup(backend, 'snapshots').delete(snapshot, context),
});

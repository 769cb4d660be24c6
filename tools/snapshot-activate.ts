/** snapshot_activate: takes a template into use again. */
import { SnapshotBrief, SnapshotOnly } from '../schemas/copies.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'snapshot_activate',
  title: 'Activate a snapshot',
  description: 'Lets an inactive template be used by sandbox_create again.',
  kind: 'change',
  group: 'snapshots',
  input: SnapshotOnly,
  output: SnapshotBrief,
  handle: ({ snapshot }, { backend, context }) =>
    requireGroup(backend, 'snapshots').activate(snapshot, context),
});

/** snapshot_deactivate: takes a template out of use. */
import { SnapshotBrief, SnapshotOnly } from '../schemas/copies.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'snapshot_deactivate',
  title: 'Deactivate a snapshot',
  description:
    'Takes a template out of use: sandbox_create refuses it and no sandboxes of it are kept ready. Its image and its sandboxes stay.',
  kind: 'change',
  group: 'snapshots',
  input: SnapshotOnly,
  output: SnapshotBrief,
  handle: ({ snapshot }, { backend, context }) =>
    requireGroup(backend, 'snapshots').deactivate(snapshot, context),
});

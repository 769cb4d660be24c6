/** snapshot_list: the templates that there are. */
import { ListSnapshots, SnapshotPage } from '../schemas/copies.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'snapshot_list',
  title: 'List snapshots',
  description:
    'The templates that sandbox_create can start from, the newest first, by pages; the default one is general.',
  kind: 'read',
  group: 'snapshots',
  input: ListSnapshots,
  output: SnapshotPage,
  handle: (query, { backend, context }) => requireGroup(backend, 'snapshots').list(query, context),
});

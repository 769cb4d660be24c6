/** snapshot_build_logs_url: where the log of a template's build is. */
import { BuildLogsUrl } from '../schemas/build.ts';
import { SnapshotOnly } from '../schemas/copies.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'snapshot_build_logs_url',
  title: 'Locate the build log of a snapshot',
  description: 'The address of the log of a build: a file of the machine that Thaw runs on.',
  kind: 'read',
  group: 'builds',
  input: SnapshotOnly,
  output: BuildLogsUrl,
  handle: ({ snapshot }, { backend, context }) =>
    requireGroup(backend, 'builds').snapshotLogsUrl(snapshot, context),
});

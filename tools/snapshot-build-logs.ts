/** snapshot_build_logs: what the build of a template printed. */
import { BuildLogs, BuildLogsRequest } from '../schemas/build.ts';
import { SnapshotOnly } from '../schemas/copies.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'snapshot_build_logs',
  title: 'Read the build log of a snapshot',
  description: 'What the build of a template from buildInfo printed, while it runs and after.',
  kind: 'read',
  group: 'builds',
  input: SnapshotOnly.extend(BuildLogsRequest.shape),
  output: BuildLogs,
  handle: ({ snapshot, ...request }, { backend, context }) =>
    requireGroup(backend, 'builds').snapshotLogs(snapshot, request, context),
});

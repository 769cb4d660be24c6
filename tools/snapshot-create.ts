/** snapshot_create: a template of an image, a Dockerfile or a root file system. */
import { SnapshotOutcome } from '../schemas/copies.ts';
import { CreateSnapshot } from '../schemas/create-snapshot.ts';
import { requireGroup } from '../src/backend/port.ts';
import { snapshotCreation } from './creation-work.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'snapshot_create',
  title: 'Create a snapshot',
  description:
    'Makes a template from exactly one of imageName, buildInfo and rootfs; any Linux image will do. Waits up to 30 s, then answers the state: active can be used by sandbox_create; pending, pulling and building go on (snapshot_get tells); error and build_failed say why in errorReason (snapshot_build_logs has more), and the name can be used again.',
  kind: 'create',
  fetches: true,
  group: 'snapshots',
  input: CreateSnapshot,
  output: SnapshotOutcome,
  work: snapshotCreation,
  handle: (input, { backend, context }) => requireGroup(backend, 'snapshots').create(input, context),
});

/** volume_create: a directory that outlives sandboxes. */
import { CreateVolume, Volume } from '../schemas/volumes.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'volume_create',
  title: 'Create a volume',
  description:
    'Makes an empty volume: a directory that outlives sandboxes and that several can have at once, each at its own path. Give it to sandbox_create in volumes. Every user may write at its top. Backups, archives, snapshots and forks do not copy its files.',
  kind: 'create',
  group: 'volumes',
  input: CreateVolume,
  output: Volume,
  handle: (input, { backend, context }) => requireGroup(backend, 'volumes').create(input, context),
});

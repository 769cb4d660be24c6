/** volume_list: the volumes that exist. */
import { z } from 'zod';
import { VolumeList } from '../schemas/volumes.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'volume_list',
  title: 'List volumes',
  description: 'All volumes that sandbox_create can mount, the newest first.',
  kind: 'read',
  group: 'volumes',
  input: z.strictObject({}),
  output: VolumeList,
  handle: async (_input, { backend, context }) => ({
    items: [...(await requireGroup(backend, 'volumes').list(context))],
  }),
});

/** volume_delete: a volume goes away with its files. */
import { z } from 'zod';
import { Volume, VolumeRef } from '../schemas/volumes.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'volume_delete',
  title: 'Delete a volume',
  description:
    'Removes a volume with its files. Refused while a sandbox has it, in whatever state: delete these first.',
  kind: 'destroy',
  group: 'volumes',
  input: z.strictObject({ volume: VolumeRef }),
  output: Volume,
  handle: ({ volume }, { backend, context }) => requireGroup(backend, 'volumes').delete(volume, context),
});

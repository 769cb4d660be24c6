/** volume_get: one volume. */
import { z } from 'zod';
import { Volume, VolumeRef } from '../schemas/volumes.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'volume_get',
  title: 'Get a volume',
  description: 'One volume with its state and, where it failed, the cause.',
  kind: 'read',
  group: 'volumes',
  input: z.strictObject({ volume: VolumeRef }),
  output: Volume,
  handle: ({ volume }, { backend, context }) => requireGroup(backend, 'volumes').get(volume, context),
});

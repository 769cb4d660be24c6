/** sandbox_set_network: which hosts a sandbox may reach, from now on. */
import { z } from 'zod';
import { networkFields } from '../schemas/network.ts';
import { Sandbox } from '../schemas/sandbox.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { ChangedSandbox } from '../schemas/settings.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_set_network',
  title: 'Set the network policy',
  description:
    'Changes which hosts a sandbox may reach; other connections end at once. networkBlockAll=false alone opens the internet again. The host and private networks stay closed.',
  kind: 'change',
  group: 'network',
  input: z.strictObject({ sandbox: SandboxRef, ...networkFields }),
  output: ChangedSandbox.extend({
    networkBlockAll: Sandbox.shape.networkBlockAll,
    networkAllowList: Sandbox.shape.networkAllowList,
    domainAllowList: Sandbox.shape.domainAllowList,
  }),
  handle: ({ sandbox, ...settings }, { backend, context }) =>
    requireGroup(backend, 'network').set(sandbox, settings, context),
});

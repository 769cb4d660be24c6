/** sandbox_network_log: what a sandbox tried to reach lately and may not. */
import { z } from 'zod';
import { NetworkLog, NetworkLogLimit } from '../schemas/network.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_network_log',
  title: 'Denied network traffic',
  description:
    'Says which addresses and names the network policy kept from a sandbox in the last hour, since its start and its last change of policy. Read it when a download fails; sandbox_set_network opens more.',
  kind: 'read',
  group: 'network',
  input: z.strictObject({ sandbox: SandboxRef, limit: NetworkLogLimit.optional() }),
  output: NetworkLog,
  handle: ({ sandbox, limit }, { backend, context }) =>
    requireGroup(backend, 'network').log(sandbox, { limit: limit ?? 50 }, context),
});

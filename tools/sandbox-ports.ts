/** sandbox_ports: what listens in a sandbox. */
import { OpenPorts } from '../schemas/previews.ts';
import { SandboxOnly } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_ports',
  title: 'List open ports',
  description:
    'Lists the TCP ports on which something listens in a running sandbox, with the process. sandbox_preview_url makes one reachable.',
  kind: 'read',
  group: 'previews',
  input: SandboxOnly,
  output: OpenPorts,
  handle: ({ sandbox }, { backend, context }) => requireGroup(backend, 'previews').ports(sandbox, context),
});

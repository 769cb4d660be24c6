/** sandbox_preview_url: the address of a port. */
import { z } from 'zod';
import { PortPreviewUrl, PreviewPort } from '../schemas/previews.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_preview_url',
  title: 'Preview a port',
  description:
    'Answers the URL under which a server in the sandbox is reached. A public sandbox needs nothing else; a private one the token, as header x-daytona-preview-token or query DAYTONA_SANDBOX_AUTH_KEY. The token ends when the sandbox is restarted. For a link to hand on use sandbox_signed_preview_url.',
  kind: 'change',
  group: 'previews',
  input: z.strictObject({ sandbox: SandboxRef, port: PreviewPort }),
  output: PortPreviewUrl,
  handle: ({ sandbox, port }, { backend, context }) =>
    requireGroup(backend, 'previews').url(sandbox, port, context),
});
